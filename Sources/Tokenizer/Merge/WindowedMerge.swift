/// Byte-pair encoding of a very long piece, such as a megabyte of one letter, by overlapping windows that stay in the
/// processor's caches.
///
/// Two valid encodings of the same bytes that share a token at the same place may be joined there, and the result is
/// valid: what is left of the token in the one, what is right of it in the other (the compatibility of byte-pair
/// encodings, as in Corollary III of the README of github/rust-gems, crates/bpe). If two windows share none, which no
/// known text brings about, the piece is encoded in one go.
final class WindowedMerge {
    private let merge: LongMerge
    private let table: TableView
    /// Tokens of the current window, then of the next one, each ended by a token `noToken` where the window ends.
    private var current: [Token] = []
    private var following: [Token] = []

    private struct Token {
        var start: Int32
        var id: UInt32
    }

    static let windowBytes = 4096
    /// How far before the end of a window the next one begins: more than two of the longest tokens.
    private static let overlapBytes = 300

    init(_ table: TableView, tokenCount: Int) {
        self.table = table
        merge = LongMerge(table, tokenCount: tokenCount)
    }

    /// Number of tokens of `bytes[0..<count]`, which is whole scalars.
    func encode<Output: TokenOutput>(_ bytes: UnsafePointer<UInt8>, _ count: Int, to output: inout Output) -> Int {
        if count > Self.windowBytes + Self.overlapBytes, let joined = joinedWindows(bytes, count) {
            return Self.pass(joined, to: &output)
        }
        let tokens = merge.encode(bytes, count)
        if Output.wantsIDs { merge.forEachToken { output.append($0) } }
        return tokens
    }

    private static func pass<Output: TokenOutput>(_ ids: [UInt32], to output: inout Output) -> Int {
        if Output.wantsIDs { for id in ids { output.append(id) } }
        return ids.count
    }

    private func joinedWindows(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> [UInt32]? {
        var ids: [UInt32] = []
        var settled = 0
        var end = scalarStart(atOrBefore: Self.windowBytes, bytes, count)
        list(bytes, 0..<end, to: &current)
        while end < count {
            let restart = restartToken(before: end, bytes)
            let start = Int(current[restart].start)
            guard start > settled else { return nil }
            let isLast = start + Self.windowBytes + Self.overlapBytes >= count
            end = isLast ? count : scalarStart(atOrBefore: start + Self.windowBytes, bytes, count)
            list(bytes, start..<end, to: &following)
            guard let shared = firstSharedToken(from: restart) else { return nil }
            for token in current[..<shared] where token.start >= settled { ids.append(token.id) }
            settled = Int(current[shared].start)
            swap(&current, &following)
        }
        for token in current where token.start >= settled && token.id != noToken { ids.append(token.id) }
        return ids
    }

    private func list(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, to tokens: inout [Token]) {
        tokens.removeAll(keepingCapacity: true)
        _ = merge.encode(bytes + range.lowerBound, range.count)
        var start = range.lowerBound
        merge.forEachToken { id in
            tokens.append(Token(start: Int32(truncatingIfNeeded: start), id: id))
            start += Int(table.tokenLengths[Int(id)])
        }
        tokens.append(Token(start: Int32(truncatingIfNeeded: range.upperBound), id: noToken))
    }

    /// The last token that begins a scalar at least the overlap before the window's end.
    private func restartToken(before end: Int, _ bytes: UnsafePointer<UInt8>) -> Int {
        let latest = end - Self.overlapBytes
        return current.lastIndex { $0.start <= latest && bytes[Int($0.start)] & 0xC0 != 0x80 } ?? 0
    }

    private func firstSharedToken(from restart: Int) -> Int? {
        var (left, right) = (restart, 0)
        while left < current.count - 1 && right < following.count - 1 {
            let (old, new) = (current[left], following[right])
            if old.start == new.start && old.id == new.id { return left }
            if old.start <= new.start { left += 1 }
            if new.start <= old.start { right += 1 }
        }
        return nil
    }

    private func scalarStart(atOrBefore position: Int, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var start = position
        while start < count && bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }
}
