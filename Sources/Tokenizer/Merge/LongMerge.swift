/// Byte-pair encoding of a long piece in time proportional to its length: a monotone bucket queue over ranks.
///
/// A merged token has a higher rank than both its parts, so the ranks taken from the queue only rise, and one sweep over
/// the buckets, guided by a two-level bitmap, finds every merge.
final class LongMerge {
    private let table: TableView
    private let starting: StartingParts
    private let bucketWords: Int
    /// For each rank the newest entry of its list in `entries`, 0 for an empty one. All 0 between two pieces.
    private let buckets: Scratch<UInt32>
    /// A bit for each bucket that is not empty, then a bit for each word of those that is not zero.
    private let filled: Scratch<UInt64>
    private let filledWords: Scratch<UInt64>
    /// Position << 32 | next entry.
    private let entries = Scratch<UInt64>(capacity: 0)
    private let ids = Scratch<UInt32>(capacity: 0)
    private let next = Scratch<UInt32>(capacity: 0)
    private let previous = Scratch<UInt32>(capacity: 0)
    /// For each position the rank under which it waits, or `noToken`: an entry that says otherwise is out of date.
    private let waiting = Scratch<UInt32>(capacity: 0)
    private var entryCount: UInt32 = 0
    private var parts = 0

    private static let nothingBefore = UInt32.max

    init(_ table: TableView, tokenCount: Int) {
        self.table = table
        starting = StartingParts(table: table)
        bucketWords = tokenCount / 64 + 1
        buckets = Scratch(capacity: tokenCount, repeating: 0)
        filled = Scratch(capacity: bucketWords, repeating: 0)
        filledWords = Scratch(capacity: bucketWords / 64 + 1, repeating: 0)
    }

    /// Number of tokens of `bytes[0..<count]`, which is whole scalars and at least one byte. `forEachToken` lists them
    /// until the next call.
    func encode(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        reserve(count)
        parts = starting.write(bytes, count, to: ids.start)
        link()
        return parts &- mergeAll()
    }

    func forEachToken(_ body: (_ id: UInt32) -> Void) {
        var position = 0
        while position < parts {
            body(ids[position])
            position = Int(next[position])
        }
    }

    private func reserve(_ count: Int) {
        ids.reserve(count)
        next.reserve(count)
        previous.reserve(count)
        waiting.reserve(count)
        entries.reserve(3 * count + 1)
        entryCount = 0
    }

    private func link() {
        let (ids, next, previous) = (ids.start, next.start, previous.start)
        previous[0] = Self.nothingBefore
        for position in 1..<max(parts, 1) {
            next[position &- 1] = UInt32(truncatingIfNeeded: position)
            previous[position] = UInt32(truncatingIfNeeded: position &- 1)
            let rank = starting.merge(ids[position &- 1], ids[position])
            ids[position &- 1] = starting.id(of: ids[position &- 1])
            wait(at: position &- 1, rank)
        }
        next[parts &- 1] = UInt32(truncatingIfNeeded: parts)
        ids[parts &- 1] = starting.id(of: ids[parts &- 1])
        waiting[parts &- 1] = noToken
    }

    @inline(__always) private func wait(at position: Int, _ rank: UInt32) {
        waiting[position] = rank
        guard rank != noToken else { return }
        let (bucket, head) = (Int(rank), buckets[Int(rank)])
        entryCount &+= 1
        entries[Int(entryCount)] = UInt64(truncatingIfNeeded: position) &<< 32 | UInt64(head)
        buckets[bucket] = entryCount
        guard head == 0 else { return }
        filled[bucket &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: bucket & 63)
        filledWords[bucket &>> 12] |= 1 &<< UInt64(truncatingIfNeeded: bucket &>> 6 & 63)
    }

    /// Number of merges made.
    private func mergeAll() -> Int {
        var merges = 0
        var group = 0
        while group <= bucketWords &>> 6 {
            guard filledWords[group] != 0 else {
                group &+= 1
                continue
            }
            let index = group &<< 6 &+ filledWords[group].trailingZeroBitCount
            let rank = UInt32(truncatingIfNeeded: index &<< 6 &+ filled[index].trailingZeroBitCount)
            filled[index] &= filled[index] &- 1
            if filled[index] == 0 { filledWords[group] &= filledWords[group] &- 1 }
            merges &+= mergeBucket(rank)
        }
        return merges
    }

    /// Makes the merges of one rank from left to right, as byte-pair encoding does.
    @inline(__always) private func mergeBucket(_ rank: UInt32) -> Int {
        var merges = 0
        var entry = reversed(buckets[Int(rank)])
        buckets[Int(rank)] = 0
        while entry != 0 {
            let position = Int(truncatingIfNeeded: entries[Int(entry)] &>> 32)
            entry = UInt32(truncatingIfNeeded: entries[Int(entry)])
            guard waiting[position] == rank else { continue }
            merge(at: position, into: rank)
            merges &+= 1
        }
        return merges
    }

    /// Entries were put before one another, so a list runs from right to left.
    @inline(__always) private func reversed(_ head: UInt32) -> UInt32 {
        var (entry, behind) = (head, UInt32(0))
        while entry != 0 {
            let value = entries[Int(entry)]
            entries[Int(entry)] = value & ~0xFFFF_FFFF | UInt64(behind)
            behind = entry
            entry = UInt32(truncatingIfNeeded: value)
        }
        return behind
    }

    @inline(__always) private func merge(at position: Int, into merged: UInt32) {
        let gone = Int(next[position])
        let following = Int(next[gone])
        ids[position] = merged
        waiting[gone] = noToken
        waiting[position] = noToken
        next[position] = UInt32(truncatingIfNeeded: following)
        let preceding = previous[position]
        if preceding != Self.nothingBefore { wait(at: Int(preceding), table.merge(ids[Int(preceding)], merged)) }
        if following < parts {
            previous[following] = UInt32(truncatingIfNeeded: position)
            wait(at: position, table.merge(merged, ids[following]))
        }
    }
}
