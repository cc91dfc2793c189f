/// Walks through JSON of the plain kind that upstreams stream, without making anything of what is not asked for.
///
/// Each function moves on behind what it read, and answers false, or nil, where it does not read what is there; then the
/// reader is of no further use. It is stricter than JSON: numbers are whole and positive, there is no surrogate pair, and
/// nesting is shallow. It never takes for JSON what is none.
struct PlainJSON {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    private static let maxDepth = 16

    /// - Parameter bytes: must outlive the reader.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// A key as it is written; one with an escape is not plain, as it could be another spelling of a known one.
    struct Key {
        fileprivate let bytes: Slice<UnsafeBufferPointer<UInt8>>

        func `is`(_ name: StaticString) -> Bool {
            bytes.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }
    }

    var isAtEnd: Bool { position == bytes.count }
}

extension PlainJSON {
    mutating func object(_ member: (inout PlainJSON, Key) -> Bool) -> Bool {
        guard take("{"), deeper() else { return false }
        if take("}") { return shallower() }
        repeat {
            guard let key = key(), take(":"), member(&self, key) else { return false }
        } while take(",")
        return take("}") && shallower()
    }

    mutating func array(_ element: (inout PlainJSON) -> Bool) -> Bool {
        guard take("["), deeper() else { return false }
        if take("]") { return shallower() }
        repeat {
            guard element(&self) else { return false }
        } while take(",")
        return take("]") && shallower()
    }

    private mutating func deeper() -> Bool {
        depth += 1
        return depth <= Self.maxDepth
    }

    private mutating func shallower() -> Bool {
        depth -= 1
        return true
    }

    mutating func skip() -> Bool {
        skipBlanks()
        guard position < bytes.count else { return false }
        switch bytes[position] {
        case UInt8(ascii: "\""): return text() != nil
        case UInt8(ascii: "{"): return object { reader, _ in reader.skip() }
        case UInt8(ascii: "["): return array { $0.skip() }
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return wholeNumber() != nil
        default: return take("null") || take("true") || take("false")
        }
    }

    mutating func string(into string: inout String?) -> Bool {
        if take("null") { return true }
        guard let text = text() else { return false }
        string = text
        return true
    }

    mutating func digit(into number: inout Int?) -> Bool {
        if take("null") { return true }
        guard let digits = wholeNumber(), digits.count == 1 else { return false }
        number = Int(digits[digits.startIndex] - UInt8(ascii: "0"))
        return true
    }

    /// Of at most fifteen digits, without a sign, a fraction or an exponent, and without a zero before it.
    private mutating func wholeNumber() -> Slice<UnsafeBufferPointer<UInt8>>? {
        skipBlanks()
        let start = position
        while position < bytes.count, bytes[position].isDigit { position += 1 }
        let digits = bytes[start..<position]
        guard (1...15).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            return nil
        }
        // A point or an exponent is what no structure goes on with.
        return digits
    }

    private mutating func key() -> Key? {
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            guard bytes[position].isPlain, bytes[position] < 0x80 else { return nil }
            position += 1
        }
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return Key(bytes: bytes[start..<position])
    }

    private mutating func text() -> String? {
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.count, bytes[position].isPlain { position += 1 }
        guard position < bytes.count else { return nil }
        guard bytes[position] == UInt8(ascii: "\"") else { return escapedText(from: start) }
        defer { position += 1 }
        return String(validating: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    }

    private mutating func escapedText(from start: Int) -> String? {
        var text = Array(bytes[start..<position])
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position].isPlain {
                text.append(bytes[position])
                position += 1
            } else {
                guard let scalar = escape() else { return nil }
                text.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
        guard position < bytes.count else { return nil }
        position += 1
        return String(validating: text, as: UTF8.self)
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count else { return nil }
        position += 2
        switch bytes[position - 1] {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "u"): return escapedScalar()
        default: return nil
        }
    }

    /// Nil for a half of a surrogate pair, and so for the whole of one.
    private mutating func escapedScalar() -> Unicode.Scalar? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            value = value * 16 + UInt32(digit)
        }
        position += 4
        return Unicode.Scalar(value)
    }

    mutating func take(_ token: StaticString) -> Bool {
        skipBlanks()
        let count = token.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != token.utf8Start[offset] { return false }
        position += count
        return true
    }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position].isBlank { position += 1 }
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
    fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    /// Inside a string: neither its end, nor an escape, nor a control character.
    fileprivate var isPlain: Bool { self >= 0x20 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\") }
}
