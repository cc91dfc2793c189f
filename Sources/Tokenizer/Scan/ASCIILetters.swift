/// Letters in a word of eight bytes, all looked at together.
///
/// Masks have the top bit of each byte that is meant; the lowest bits are the first bytes of the text.
enum ASCIILetters {
    static let topBits: UInt64 = 0x8080_8080_8080_8080

    /// Marks `A…Z` and `a…z`.
    @inline(__always) static func mask(_ word: UInt64) -> UInt64 {
        let folded = (word | 0x2020_2020_2020_2020) & 0x7F7F_7F7F_7F7F_7F7F
        let fromA = folded &+ 0x1F1F_1F1F_1F1F_1F1F
        let pastZ = folded &+ 0x0505_0505_0505_0505
        return fromA & ~pastZ & ~word & topBits
    }

    /// Of `mask(word)`, the small letters: bit 5 of such a byte is set.
    @inline(__always) static func small(_ mask: UInt64, _ word: UInt64) -> UInt64 { mask & (word &<< 2) }

    /// Number of bytes before the first one marked; 8 if none is.
    @inline(__always) static func bytesBefore(_ mask: UInt64) -> Int { mask.trailingZeroBitCount &>> 3 }
}
