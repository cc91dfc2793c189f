/// The classes of all Unicode scalars, pinned to Unicode 16.0: what tiktoken 0.14 matches.
///
/// Swift's own `Unicode.Scalar.Properties` are of a newer version, in which some letters are letters that are not yet
/// letters there, so they would split a few texts otherwise.
enum UnicodeClasses {
    static let version: UInt64 = 16

    /// In the order of the class numbers that `make-classes` writes.
    private static let classes: [CharacterClass] = [
        [],
        [.letter, .upper],
        [.letter, .lower],
        [.letter, .upper, .lower],
        [.number],
        [.mark, .upper, .lower],
        [.whitespace],
    ]

    /// A two-stage table: block number of each 128 scalars, then the distinct blocks of 128 classes.
    static func twoStageTable() -> (blockNumbers: [UInt8], blocks: [UInt8]) {
        let all = everyScalar()
        var blockNumbers: [UInt8] = []
        var blocks: [UInt8] = []
        var seen: [ArraySlice<UInt8>: UInt8] = [:]
        for start in stride(from: 0, to: all.count, by: 128) {
            let block = all[start..<start + 128]
            if seen[block] == nil {
                seen[block] = UInt8(blocks.count / 128)
                blocks += block
            }
            blockNumbers.append(seen[block]!)
        }
        return (blockNumbers, blocks)
    }

    private static func everyScalar() -> [UInt8] {
        var all = [UInt8](repeating: 0, count: 0x11_0000)
        for (run, next) in zip(runs, runs.dropFirst() + [UInt32(all.count) << 3]) {
            let value = classes[Int(run & 7)].rawValue
            guard value != 0 else { continue }
            for scalar in Int(run >> 3)..<Int(next >> 3) { all[scalar] = value }
        }
        return all
    }
}
