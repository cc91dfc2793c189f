/// Reads a whole text into entries: one pass, without recursion.
struct Reader {
    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private let bytes: Bytes
    private let limits: JSONDocument.Limits
    private var entries: [JSONDocument.Entry] = []
    private var position = 0
    /// The arrays and objects that are still open, by their entries.
    private var open: [Int] = []

    static func read(_ bytes: [UInt8], _ limits: JSONDocument.Limits) throws(JSONFlaw) -> [JSONDocument.Entry] {
        let result = bytes.withUnsafeBufferPointer { bytes -> Result<[JSONDocument.Entry], JSONFlaw> in
            var reader = Reader(bytes: bytes, limits: limits)
            do throws(JSONFlaw) {
                try reader.readAll()
                return .success(reader.entries)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(bytes: Bytes, limits: JSONDocument.Limits) {
        self.bytes = bytes
        self.limits = limits
        entries.reserveCapacity(bytes.count / 16 + 4)
    }

    private mutating func readAll() throws(JSONFlaw) {
        skipBlanks()
        repeat { try readValue() } while try !isWhole()
        skipBlanks()
        if position < bytes.count { throw flaw(.unexpectedByte) }
    }

    /// Behind a value: closes what ends here, and stands before the next value unless the text is whole.
    private mutating func isWhole() throws(JSONFlaw) -> Bool {
        while let container = open.last {
            if entries[container].end == .atItsBeginning {
                // Just opened: nothing is in it yet.
                entries[container].end = 0
                skipBlanks()
                if try peek() != closing(container) {
                    try readNameIfNeeded(in: container)
                    return false
                }
            } else {
                skipBlanks()
                if try peek() == UInt8(ascii: ",") {
                    position += 1
                    skipBlanks()
                    try readNameIfNeeded(in: container)
                    return false
                }
            }
            try close(container)
        }
        return true
    }

    private func closing(_ container: Int) -> UInt8 {
        entries[container].kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")
    }

    private mutating func close(_ container: Int) throws(JSONFlaw) {
        guard try peek() == closing(container) else { throw flaw(.unexpectedByte) }
        position += 1
        entries[container].end = Int32(position)
        entries[container].next = Int32(entries.count)
        open.removeLast()
        if entries[container].kind == .object, !limits.allowsDuplicates { try refuseDuplicates(in: container) }
    }

    private mutating func readNameIfNeeded(in container: Int) throws(JSONFlaw) {
        guard entries[container].kind == .object else { return }
        guard try peek() == UInt8(ascii: "\"") else { throw flaw(.unexpectedByte) }
        try readString()
        skipBlanks()
        guard try peek() == UInt8(ascii: ":") else { throw flaw(.unexpectedByte) }
        position += 1
        skipBlanks()
    }

    private mutating func readValue() throws(JSONFlaw) {
        switch try peek() {
        case UInt8(ascii: "{"): try begin(.object)
        case UInt8(ascii: "["): try begin(.array)
        case UInt8(ascii: "\""): try readString()
        case UInt8(ascii: "t"): try readWord("true", .boolean)
        case UInt8(ascii: "f"): try readWord("false", .boolean)
        case UInt8(ascii: "n"): try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        default: throw flaw(.unexpectedByte)
        }
    }

    private mutating func begin(_ kind: JSONNode.Kind) throws(JSONFlaw) {
        guard open.count < limits.depth else { throw flaw(.tooDeep) }
        open.append(entries.count)
        entries.append(.init(kind: kind, start: Int32(position), end: .atItsBeginning, next: 0))
        position += 1
    }

    private mutating func append(_ kind: JSONNode.Kind, from start: Int, isEscaped: Bool = false) {
        entries.append(
            .init(
                kind: kind, isEscaped: isEscaped, start: Int32(start), end: Int32(position),
                next: Int32(entries.count + 1)))
    }

    private mutating func readWord(_ word: StaticString, _ kind: JSONNode.Kind) throws(JSONFlaw) {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            guard try peek() == word.utf8Start[index] else { throw flaw(.unexpectedByte) }
            position += 1
        }
        append(kind, from: start)
    }

    // MARK: Bytes

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONFlaw) -> UInt8 {
        guard position < bytes.count else { throw flaw(.unfinished) }
        return bytes[position]
    }

    private func flaw(_ reason: JSONFlaw.Reason) -> JSONFlaw { JSONFlaw(reason, at: position) }
}

// Numbers: RFC 8259, section 6.
extension Reader {
    private mutating func readNumber() throws(JSONFlaw) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try readDigits()
        if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 { throw JSONFlaw(.badNumber, at: start) }
        if isNext(".") {
            position += 1
            try readDigits()
        }
        if isNext("e") || isNext("E") {
            position += 1
            if isNext("+") || isNext("-") { position += 1 }
            try readDigits()
        }
        append(.number, from: start)
    }

    private func isNext(_ character: Unicode.Scalar) -> Bool {
        position < bytes.count && bytes[position] == UInt8(ascii: character)
    }

    private mutating func readDigits() throws(JSONFlaw) {
        let start = position
        while position < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] { position += 1 }
        if position == start { throw flaw(position < bytes.count ? .badNumber : .unfinished) }
    }
}

// Strings: RFC 8259, section 7.
extension Reader {
    private mutating func readString() throws(JSONFlaw) {
        let start = position
        var isEscaped = false
        position += 1
        while true {
            switch try peek() {
            case UInt8(ascii: "\""):
                position += 1
                return append(.string, from: start, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                try readEscape()
            case 0x20...0x7F: position += 1
            case 0x80...: try readScalar()
            default: throw flaw(.unexpectedByte)
            }
        }
    }

    private mutating func readEscape() throws(JSONFlaw) {
        position += 1
        switch try peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"): try readSurrogatesOrUnit()
        default: throw flaw(.badEscape)
        }
    }

    private mutating func readSurrogatesOrUnit() throws(JSONFlaw) {
        let start = position - 1
        switch try readUnit() {
        case 0xD800...0xDBFF:
            guard isNext("\\") else { throw JSONFlaw(.loneSurrogate, at: start) }
            position += 1
            guard isNext("u") else { throw JSONFlaw(.loneSurrogate, at: start) }
            guard case 0xDC00...0xDFFF = try readUnit() else { throw JSONFlaw(.loneSurrogate, at: start) }
        case 0xDC00...0xDFFF: throw JSONFlaw(.loneSurrogate, at: start)
        default: break
        }
    }

    /// Stands at `u`.
    private mutating func readUnit() throws(JSONFlaw) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            position += 1
            guard let digit = try peek().hexadecimalDigit else { throw flaw(.badEscape) }
            unit = unit << 4 | UInt16(digit)
        }
        position += 1
        return unit
    }

    /// One scalar of more than a byte: RFC 3629, section 4, which leaves out overlong forms and surrogates.
    private mutating func readScalar() throws(JSONFlaw) {
        let (rest, second): (Int, ClosedRange<UInt8>)
        switch bytes[position] {
        case 0xC2...0xDF: (rest, second) = (1, 0x80...0xBF)
        case 0xE0: (rest, second) = (2, 0xA0...0xBF)
        case 0xED: (rest, second) = (2, 0x80...0x9F)
        case 0xE1...0xEF: (rest, second) = (2, 0x80...0xBF)
        case 0xF0: (rest, second) = (3, 0x90...0xBF)
        case 0xF1...0xF3: (rest, second) = (3, 0x80...0xBF)
        case 0xF4: (rest, second) = (3, 0x80...0x8F)
        default: throw flaw(.notUTF8)
        }
        guard position + rest < bytes.count, second.contains(bytes[position + 1]) else { throw flaw(.notUTF8) }
        for index in 1..<rest where !(0x80...0xBF).contains(bytes[position + 1 + index]) { throw flaw(.notUTF8) }
        position += 1 + rest
    }
}

// Members.
extension Reader {
    private func refuseDuplicates(in object: Int) throws(JSONFlaw) {
        var names: Set<ArraySlice<UInt8>> = []
        var index = object + 1
        var earlier: [Int] = []
        while index < Int(entries[object].next) {
            let name = entries[index]
            if earlier.count < 12, !name.isEscaped, names.isEmpty {
                if earlier.contains(where: { isSame(entries[$0], name) }) { throw duplicate(name) }
                earlier.append(index)
            } else {
                if names.isEmpty { names = Set(earlier.map { unescaped(entries[$0]) }) }
                if !names.insert(unescaped(name)).inserted { throw duplicate(name) }
            }
            index = Int(entries[index + 1].next)
        }
    }

    private func isSame(_ left: JSONDocument.Entry, _ right: JSONDocument.Entry) -> Bool {
        left.end - left.start == right.end - right.start
            && (left.start..<left.end).allSatisfy { bytes[Int($0)] == bytes[Int($0 - left.start + right.start)] }
    }

    private func unescaped(_ name: JSONDocument.Entry) -> ArraySlice<UInt8> {
        let inside = bytes[Int(name.start) + 1..<Int(name.end) - 1]
        return name.isEscaped ? Unescaping.bytes(of: inside)[...] : Array(inside)[...]
    }

    private func duplicate(_ name: JSONDocument.Entry) -> JSONFlaw {
        JSONFlaw(
            .duplicateMember(String(decoding: unescaped(name).prefix(64), as: UTF8.self)), at: Int(name.start))
    }
}

extension Int32 {
    /// The end of a container of which nothing but its first byte was read.
    fileprivate static let atItsBeginning: Int32 = -1
}
