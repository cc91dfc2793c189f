/// Valid UTF-8 with at least `padding` zero bytes behind it, so that the scanner may look ahead a word at a time without
/// asking where the text ends. NUL is a byte like any other inside the text; loops over it compare with `count`.
struct PaddedText {
    static let padding = 48

    let bytes: UnsafePointer<UInt8>
    let count: Int
    let table: TableView
    /// Classes of the 128 ASCII bytes, then 128 times `.beyondASCII`.
    let byteClasses: UnsafePointer<CharacterClass>

    /// The class of the scalar at `position`, which is below `count`, and its length in bytes.
    @inline(__always) func scalar(at position: Int) -> (characterClass: CharacterClass, length: Int) {
        let first = bytes[position]
        if first < 0x80 { return (byteClasses[Int(first)], 1) }
        let (value, length) = decode(first, position)
        return (table.characterClass(of: value), length)
    }

    @inline(__always) private func decode(_ first: UInt8, _ position: Int) -> (UInt32, Int) {
        let second = continuation(position &+ 1)
        if first < 0xE0 { return (UInt32(first & 0x1F) &<< 6 | second, 2) }
        let third = continuation(position &+ 2)
        if first < 0xF0 { return (UInt32(first & 0x0F) &<< 12 | second &<< 6 | third, 3) }
        let fourth = continuation(position &+ 3)
        return (UInt32(first & 0x07) &<< 18 | second &<< 12 | third &<< 6 | fourth, 4)
    }

    @inline(__always) private func continuation(_ position: Int) -> UInt32 { UInt32(bytes[position] & 0x3F) }
}
