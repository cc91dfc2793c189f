/// What a string means, given what stands between its quotes. The text was checked when it was read.
enum Unescaping {
    static func bytes(of text: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            append(escape: rest.next() ?? 0, &rest, to: &result)
        }
        return result
    }

    private static func append(
        escape: UInt8, _ rest: inout some IteratorProtocol<UInt8>, to result: inout [UInt8]
    ) {
        switch escape {
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"): result.append(contentsOf: String(scalar(&rest)).utf8)
        default: result.append(escape)
        }
    }

    private static func scalar(_ rest: inout some IteratorProtocol<UInt8>) -> Character {
        let first = unit(&rest)
        guard (0xD800...0xDBFF).contains(first) else { return Character(Unicode.Scalar(first) ?? "\u{FFFD}") }
        // The reverse solidus and the u of the second half.
        _ = rest.next()
        _ = rest.next()
        let value = 0x10000 + (first - 0xD800) << 10 + (unit(&rest) - 0xDC00)
        return Character(Unicode.Scalar(value) ?? "\u{FFFD}")
    }

    private static func unit(_ rest: inout some IteratorProtocol<UInt8>) -> UInt32 {
        (0..<4).reduce(0) { unit, _ in unit << 4 | UInt32(rest.next()?.hexadecimalDigit ?? 0) }
    }
}

extension UInt8 {
    var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
