/// Hashes of the table's keys. Multiplicative (Knuth, TAOCP 3, 6.4): the high bits of a product are the well-mixed
/// ones, so a slot is the product shifted right by `64 - log2(slots)`.
enum TableHash {
    private static let odd1: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let odd2: UInt64 = 0xD6E8_FEB8_6659_FD93

    @inline(__always) static func short(_ key: UInt64, _ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: ((key ^ (key &>> 31)) &* odd1) &>> shift)
    }

    @inline(__always) static func medium(_ low: UInt64, _ high: UInt64, _ shift: UInt64) -> Int {
        var mixed = (low ^ (low &>> 29)) &* odd1
        mixed ^= high &* odd2
        mixed ^= mixed &>> 32
        return Int(truncatingIfNeeded: (mixed &* odd1) &>> shift)
    }

    /// Of the length, the first sixteen and the last eight bytes; `count` is at least 16.
    @inline(__always) static func long(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ shift: UInt64) -> Int {
        var mixed = word(bytes) &* odd1
        let second = word(bytes + 8)
        mixed ^= (second ^ (second &>> 23)) &* odd2
        mixed ^= mixed &>> 32
        mixed = (mixed ^ word(bytes + (count &- 8)) ^ UInt64(truncatingIfNeeded: count) &* odd2) &* odd1
        mixed ^= mixed &>> 29
        return Int(truncatingIfNeeded: (mixed &* odd2) &>> shift)
    }

    /// Not yet shifted: by `shift` it is a slot, by 3 less a bit of the filter.
    @inline(__always) static func merge(_ pair: UInt64) -> UInt64 { (pair ^ (pair &>> 18)) &* odd1 }

    @inline(__always) static func straddler(_ pair: Int) -> Int {
        (pair &* 40503) &>> 4 & (TableLayout.straddlerSlots &- 1)
    }

    static func shift(slots: Int) -> UInt64 { UInt64(64 - slots.trailingZeroBitCount) }
}

/// Eight bytes as they stand, wherever they stand.
@inline(__always) func word(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
    UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self)
}

/// Keys of whole tokens: the bytes, and the length in the top byte because a token may end in NUL.
enum TokenKey {
    @inline(__always) static func short(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        word(bytes) & lowBytes(count) | length(count)
    }

    @inline(__always) static func mediumHigh(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        word(bytes + 8) & lowBytes(count &- 8) | length(count)
    }

    /// Ones in the lowest `count` bytes; `count` is 0 to 7.
    @inline(__always) static func lowBytes(_ count: Int) -> UInt64 {
        (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1
    }

    @inline(__always) static func length(_ count: Int) -> UInt64 { UInt64(truncatingIfNeeded: count) &<< 56 }
}
