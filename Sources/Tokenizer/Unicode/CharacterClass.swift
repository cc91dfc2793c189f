/// What the two patterns ask of a Unicode scalar. No bit at all is "other": punctuation, symbols, controls, unassigned.
struct CharacterClass: OptionSet {
    let rawValue: UInt8

    /// `\p{L}`
    static let letter = Self(rawValue: 1)
    /// `\p{N}`
    static let number = Self(rawValue: 2)
    /// `\s`, that is White_Space
    static let whitespace = Self(rawValue: 4)
    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`: may stand in the capital part of a word of o200k_base
    static let upper = Self(rawValue: 8)
    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`: may stand in the small part of a word of o200k_base
    static let lower = Self(rawValue: 16)
    /// `\p{M}`
    static let mark = Self(rawValue: 32)

    /// Stands in byte tables for "not ASCII: decode the scalar".
    static let beyondASCII = Self(rawValue: 128)

    @inline(__always) func touches(_ other: Self) -> Bool { rawValue & other.rawValue != 0 }
}
