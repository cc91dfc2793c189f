/// Byte-pair encoding of a piece of up to 96 bytes: the lowest rank is looked for anew before each merge, in one pass
/// over packed words that the compiler turns into vector instructions. For pieces this short no heap is faster.
struct ShortMerge {
    static let longestPiece = 96

    private let starting: StartingParts
    private let table: TableView
    private let ids = Scratch<UInt32>(capacity: 160)
    /// Rank of the merge with the next part << 7 | position; `none` where there is no such merge.
    private let keys = Scratch<Int32>(capacity: 160)
    private let next = Scratch<UInt8>(capacity: 160)
    private let previous = Scratch<UInt8>(capacity: 160)

    private static let none = Int32.max
    private static let nothingBefore: UInt8 = 255

    init(_ table: TableView) {
        self.table = table
        starting = StartingParts(table: table)
    }

    /// Number of tokens of `bytes[0..<count]`, which is whole scalars.
    func encode<Output: TokenOutput>(_ bytes: UnsafePointer<UInt8>, _ count: Int, to output: inout Output) -> Int {
        let parts = starting.write(bytes, count, to: ids.start)
        link(parts)
        var left = parts
        while let position = lowest(parts) {
            merge(at: position, parts)
            left &-= 1
        }
        if Output.wantsIDs { list(parts, to: &output) }
        return left
    }

    @inline(__always) private func link(_ parts: Int) {
        let (ids, keys, next, previous) = (ids.start, keys.start, next.start, previous.start)
        for position in 0..<(parts &- 1) {
            keys[position] = Self.key(starting.merge(ids[position], ids[position &+ 1]), position)
            ids[position] = starting.id(of: ids[position])
            next[position] = UInt8(truncatingIfNeeded: position &+ 1)
            previous[position &+ 1] = UInt8(truncatingIfNeeded: position)
        }
        ids[parts &- 1] = starting.id(of: ids[parts &- 1])
        next[parts &- 1] = UInt8(truncatingIfNeeded: parts)
        previous[0] = Self.nothingBefore
        for position in (parts &- 1)..<Self.roundedUp(parts) { keys[position] = Self.none }
    }

    @inline(__always) private func lowest(_ parts: Int) -> Int? {
        let keys = keys.start
        var lowest = Self.none
        for position in 0..<Self.roundedUp(parts) { lowest = keys[position] < lowest ? keys[position] : lowest }
        return lowest == Self.none ? nil : Int(lowest & 127)
    }

    @inline(__always) private func merge(at position: Int, _ parts: Int) {
        let (ids, keys, next, previous) = (ids.start, keys.start, next.start, previous.start)
        let merged = UInt32(truncatingIfNeeded: keys[position] &>> 7)
        let gone = Int(next[position])
        let following = Int(next[gone])
        ids[position] = merged
        keys[gone] = Self.none
        keys[position] = Self.none
        next[position] = UInt8(truncatingIfNeeded: following)
        if following < parts {
            previous[following] = UInt8(truncatingIfNeeded: position)
            keys[position] = Self.key(table.merge(merged, ids[following]), position)
        }
        let preceding = previous[position]
        if preceding != Self.nothingBefore {
            keys[Int(preceding)] = Self.key(table.merge(ids[Int(preceding)], merged), Int(preceding))
        }
    }

    private func list<Output: TokenOutput>(_ parts: Int, to output: inout Output) {
        var position = 0
        while position < parts {
            output.append(ids[position])
            position = Int(next[position])
        }
    }

    @inline(__always) private static func key(_ rank: UInt32, _ position: Int) -> Int32 {
        rank == noToken ? none : Int32(truncatingIfNeeded: rank &<< 7 | UInt32(truncatingIfNeeded: position))
    }

    @inline(__always) private static func roundedUp(_ parts: Int) -> Int { (parts &+ 7) & ~7 }
}
