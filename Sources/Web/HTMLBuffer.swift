/// UTF-8 text that is becoming HTML.
struct HTMLBuffer {
    private(set) var bytes: [UInt8] = []

    /// Appends markup of our own.
    mutating func markup(_ source: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: source.utf8Start, count: source.utf8CodeUnitCount))
    }

    /// Appends text from outside, safe between tags and inside quoted attributes.
    mutating func text(_ source: String) {
        text(source.utf8)
    }

    mutating func text(_ source: some Sequence<UInt8>) {
        for byte in source {
            switch byte {
            case UInt8(ascii: "&"): markup("&amp;")
            case UInt8(ascii: "<"): markup("&lt;")
            case UInt8(ascii: ">"): markup("&gt;")
            case UInt8(ascii: "\""): markup("&quot;")
            case UInt8(ascii: "'"): markup("&#39;")
            // No HTML may have it, and browsers do not agree on what it is.
            case 0: markup("\u{FFFD}")
            default: bytes.append(byte)
            }
        }
    }

    /// Appends a named character reference as it is, so that the browser resolves it; anything else as text.
    mutating func reference(_ source: some Collection<UInt8>) {
        let name = source.dropFirst().dropLast()
        let isNamed = !name.isEmpty && name.allSatisfy(\.isASCIIAlphanumeric)
        guard source.first == UInt8(ascii: "&"), isNamed else {
            return text(CharacterReference.resolve(String(decoding: source, as: UTF8.self)))
        }
        markup("&")
        text(name)
        markup(";")
    }

    /// What was written since the last call.
    mutating func take() -> String {
        defer { bytes.removeAll(keepingCapacity: true) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// The text, safe between tags and inside quoted attributes.
    var htmlEscaped: String {
        var buffer = HTMLBuffer()
        buffer.text(self)
        return buffer.take()
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
    var isASCIILetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    var isASCIIAlphanumeric: Bool { isASCIIDigit || isASCIILetter }
}
