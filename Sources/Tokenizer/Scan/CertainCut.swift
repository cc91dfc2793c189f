/// Where a text may be cut for counting because a piece ends there in both patterns, whatever comes before and after.
///
/// Between two scalars
/// - of which the first is no white space and the second is white space other than CR and LF: only runs of white space
///   hold white space behind their first scalar, except that symbols take line breaks along;
/// - of which the first is a letter or a number and the second neither, nor a mark, nor an apostrophe: words hold only
///   letters and marks and may end in a contraction, numbers hold only numbers.
struct CertainCut {
    let table: TableView

    /// The last such place in `bytes`, or nil. Not at the very end, where the text may stop inside a scalar.
    func last(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var end = bytes.count
        var following: UInt32?
        while let start = scalarStart(before: end, in: bytes) {
            let scalar = scalar(at: start, endingAt: end, in: bytes)
            if let scalar, let following, isCut(scalar, following) { return end }
            following = scalar
            end = start
        }
        return nil
    }

    private func isCut(_ first: UInt32, _ second: UInt32) -> Bool {
        let (left, right) = (table.characterClass(of: first), table.characterClass(of: second))
        if right.touches(.whitespace) && second != 0x0A && second != 0x0D && !left.touches(.whitespace) { return true }
        return left.touches([.letter, .number]) && !right.touches([.letter, .number, .mark]) && second != 0x27
    }

    private func scalarStart(before end: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var start = end - 1
        while start >= 0 && bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return start < 0 ? nil : start
    }

    /// Nil for what is not exactly one scalar: no cut beside it.
    private func scalar(at start: Int, endingAt end: Int, in bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        let scalars = String(validating: bytes[start..<end], as: UTF8.self)?.unicodeScalars
        return scalars?.count == 1 ? scalars?.first?.value : nil
    }
}
