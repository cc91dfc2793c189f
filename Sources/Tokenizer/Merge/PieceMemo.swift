/// Remembers how many tokens the pieces took that are no token themselves: a text repeats its words.
///
/// Direct-mapped and exact: a slot holds the piece itself, a later piece takes the slot over.
struct PieceMemo {
    /// Pieces of up to 15 bytes: two words, the count in bits 60…63 of the second, whose length is in bits 56…59.
    private let short = Scratch<UInt64>(capacity: 2 << shortBits, repeating: 0)
    /// Pieces of 16 to 31 bytes: four words, the last one with the length, and the count.
    private let long = Scratch<UInt64>(capacity: 5 << longBits, repeating: 0)

    private static let shortBits: UInt64 = 13
    private static let longBits: UInt64 = 12
    private static let countShift: UInt64 = 60

    /// - Parameter high: with the length in the top byte, as `TokenKey` makes it.
    @inline(__always)
    func count(low: UInt64, high: UInt64, orElse compute: () -> Int) -> Int {
        let slot = short.start + 2 &* TableHash.medium(low, high, 64 &- Self.shortBits)
        let counted = slot[1]
        if slot[0] == low && counted & ~(15 &<< Self.countShift) == high {
            return Int(truncatingIfNeeded: counted &>> Self.countShift)
        }
        let count = compute()
        slot[0] = low
        slot[1] = high | UInt64(truncatingIfNeeded: count) &<< Self.countShift
        return count
    }

    /// - Parameter length: 16 to 31.
    @inline(__always)
    func count(_ bytes: UnsafePointer<UInt8>, _ length: Int, orElse compute: () -> Int) -> Int {
        let key = LongKey(bytes, length)
        let slot = long.start + 5 &* key.slot(bits: Self.longBits)
        if slot[0] == key.first && slot[1] == key.second && slot[2] == key.third && slot[3] == key.fourth {
            return Int(truncatingIfNeeded: slot[4])
        }
        let count = compute()
        (slot[0], slot[1], slot[2], slot[3]) = (key.first, key.second, key.third, key.fourth)
        slot[4] = UInt64(truncatingIfNeeded: count)
        return count
    }

    private struct LongKey {
        let first: UInt64
        let second: UInt64
        let third: UInt64
        let fourth: UInt64

        @inline(__always) init(_ bytes: UnsafePointer<UInt8>, _ length: Int) {
            first = word(bytes)
            second = word(bytes + 8)
            let rest = length &- 16
            third = rest < 8 ? word(bytes + 16) & TokenKey.lowBytes(rest) : word(bytes + 16)
            let tail = rest < 8 ? 0 : word(bytes + 24) & TokenKey.lowBytes(rest &- 8)
            fourth = tail | TokenKey.length(length)
        }

        @inline(__always) func slot(bits: UInt64) -> Int {
            TableHash.medium(
                first ^ (third &* 0xD6E8_FEB8_6659_FD93), second ^ (fourth &* 0x9E37_79B9_7F4A_7C15), 64 &- bits)
        }
    }
}
