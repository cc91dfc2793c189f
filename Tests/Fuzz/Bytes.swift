/// Reads an input as a string of decisions: numbers first, text at the end.
struct Bytes {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isEmpty: Bool { rest.isEmpty }

    /// 0 where nothing is left.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int(byte()) % elements.count] }

    /// Any 64 bits, the first byte first.
    mutating func number() -> Int64 {
        (0..<8).reduce(Int64(0)) { number, _ in number << 8 | Int64(byte()) }
    }

    /// A number that is not negative.
    mutating func count() -> Int64 { number() & .max }

    /// Up to the next line feed, which is dropped.
    mutating func line() -> String {
        let line = rest.prefix { $0 != UInt8(ascii: "\n") }
        rest = rest[line.endIndex...].dropFirst()
        return String(decoding: line, as: UTF8.self)
    }

    /// All that is left.
    mutating func remaining() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}

extension [UInt8] {
    /// The same bytes in pieces, whose lengths come from themselves.
    var cut: [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var position = 0
        while position < count {
            let end = Swift.min(count, position + 1 + Int(self[position] & 31))
            pieces.append(self[position..<end])
            position = end
        }
        return pieces
    }
}
