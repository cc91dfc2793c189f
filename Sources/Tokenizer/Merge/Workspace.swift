/// All that one count needs besides the table: buffers, memos, the mergers. One caller at a time; about 0.3 MB, and
/// 1 MB more after the first piece longer than 96 bytes.
final class Workspace {
    private let source: EncodingTable
    private let table: TableView
    private let byteClasses = Scratch<CharacterClass>(capacity: 256, repeating: .beyondASCII)
    private let text = Scratch<UInt8>(capacity: 16 << 10)
    private let memo = PieceMemo()
    private let shortMerge: ShortMerge
    private lazy var longMerge = WindowedMerge(table, tokenCount: source.encoding.tokenCount)

    init(_ source: EncodingTable) {
        self.source = source
        table = TableView(source)
        shortMerge = ShortMerge(table)
        for byte in 0..<128 { byteClasses[byte] = table.characterClass(of: UInt32(byte)) }
    }

    /// A buffer that grew beyond this is not kept for the next caller.
    var isWorthKeeping: Bool { text.capacity <= 1 << 20 }

    /// Number of tokens of `utf8`, which is valid UTF-8.
    func encode<Output: TokenOutput>(_ utf8: UnsafeBufferPointer<UInt8>, to output: inout Output) -> Int {
        let padded = pad(utf8)
        return switch source.encoding {
        case .o200kBase: encode(padded, by: O200kPattern.self, to: &output)
        case .cl100kBase: encode(padded, by: Cl100kPattern.self, to: &output)
        }
    }

    private func pad(_ utf8: UnsafeBufferPointer<UInt8>) -> PaddedText {
        text.reserve(utf8.count + PaddedText.padding)
        if let start = utf8.baseAddress { text.start.update(from: start, count: utf8.count) }
        (text.start + utf8.count).update(repeating: 0, count: PaddedText.padding)
        return PaddedText(bytes: text.start, count: utf8.count, table: table, byteClasses: byteClasses.start)
    }

    @inline(__always)
    private func encode<Pattern: PiecePattern, Output: TokenOutput>(
        _ text: PaddedText, by pattern: Pattern.Type, to output: inout Output
    ) -> Int {
        var position = 0
        var tokens = 0
        while position < text.count {
            let end = Pattern.end(of: position, in: text)
            tokens &+= encode(text.bytes + position, end &- position, to: &output)
            position = end
        }
        return tokens
    }

    /// Number of tokens of one piece. Most pieces of natural text are a token.
    @inline(__always)
    private func encode<Output: TokenOutput>(
        _ piece: UnsafePointer<UInt8>, _ length: Int, to output: inout Output
    ) -> Int {
        if length == 1 {
            if Output.wantsIDs { output.append(table.byteIDs[Int(piece[0])]) }
            return 1
        }
        if length <= 7 {
            let key = TokenKey.short(piece, length)
            if Output.wantsIDs {
                let id = table.shortToken(key)
                if id != noToken { return one(id, to: &output) }
            } else if table.hasShortToken(key) {
                return 1
            }
            return encodeMissed(piece, length, low: key & ~(0xFF &<< 56), high: TokenKey.length(length), to: &output)
        }
        if length <= 15 {
            let low = word(piece)
            let high = TokenKey.mediumHigh(piece, length)
            let slot = table.mediumSlot(low, high)
            if slot >= 0 { return Output.wantsIDs ? one(table.mediumTokenIDs[slot], to: &output) : 1 }
            return encodeMissed(piece, length, low: low, high: high, to: &output)
        }
        return encodeLong(piece, length, to: &output)
    }

    @inline(__always) private func one<Output: TokenOutput>(_ id: UInt32, to output: inout Output) -> Int {
        output.append(id)
        return 1
    }

    @inline(never)
    private func encodeMissed<Output: TokenOutput>(
        _ piece: UnsafePointer<UInt8>, _ length: Int, low: UInt64, high: UInt64, to output: inout Output
    ) -> Int {
        if Output.wantsIDs { return shortMerge.encode(piece, length, to: &output) }
        return memo.count(low: low, high: high) { shortMerge.encode(piece, length, to: &output) }
    }

    @inline(never)
    private func encodeLong<Output: TokenOutput>(
        _ piece: UnsafePointer<UInt8>, _ length: Int, to output: inout Output
    ) -> Int {
        if length <= TableLayout.longestToken {
            let id = table.longToken(piece, length)
            if id != noToken { return one(id, to: &output) }
        }
        if length <= 31 && !Output.wantsIDs {
            return memo.count(piece, length) { shortMerge.encode(piece, length, to: &output) }
        }
        if length <= ShortMerge.longestPiece { return shortMerge.encode(piece, length, to: &output) }
        return longMerge.encode(piece, length, to: &output)
    }
}
