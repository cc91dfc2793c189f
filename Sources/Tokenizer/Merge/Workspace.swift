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

    /// Gives back the memory that an unusually long text took; memos stay for the next caller.
    func shrink() {
        text.shrink(to: 1 << 20)
    }

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

    /// Number of tokens of one piece. Most pieces of natural text are a token; where ids are wanted, merging finds which.
    @inline(__always)
    private func encode<Output: TokenOutput>(
        _ piece: UnsafePointer<UInt8>, _ length: Int, to output: inout Output
    ) -> Int {
        if Output.wantsIDs { return merge(piece, length, to: &output) }
        if length == 1 { return 1 }
        if length <= 7 {
            let key = TokenKey.short(piece, length)
            if table.hasShortToken(key) { return 1 }
            return countMissed(piece, length, low: key & ~(0xFF &<< 56), high: TokenKey.length(length))
        }
        if length <= 15 {
            let low = word(piece)
            let high = TokenKey.mediumHigh(piece, length)
            if table.hasMediumToken(low, high) { return 1 }
            return countMissed(piece, length, low: low, high: high)
        }
        return countLong(piece, length)
    }

    @inline(never)
    private func countMissed(_ piece: UnsafePointer<UInt8>, _ length: Int, low: UInt64, high: UInt64) -> Int {
        memo.count(low: low, high: high) { countMerged(piece, length) }
    }

    @inline(never)
    private func countLong(_ piece: UnsafePointer<UInt8>, _ length: Int) -> Int {
        if length <= TableLayout.longestToken && table.hasLongToken(piece, length) { return 1 }
        return length <= 31 ? memo.count(piece, length) { countMerged(piece, length) } : countMerged(piece, length)
    }

    private func countMerged(_ piece: UnsafePointer<UInt8>, _ length: Int) -> Int {
        var output = CountedTokens()
        return merge(piece, length, to: &output)
    }

    @inline(__always)
    private func merge<Output: TokenOutput>(
        _ piece: UnsafePointer<UInt8>, _ length: Int, to output: inout Output
    ) -> Int {
        length <= ShortMerge.longestPiece
            ? shortMerge.encode(piece, length, to: &output) : longMerge.encode(piece, length, to: &output)
    }
}
