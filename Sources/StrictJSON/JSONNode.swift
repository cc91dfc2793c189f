/// One value of a document.
public struct JSONNode: Sendable {
    public enum Kind: Sendable, Hashable {
        case object, array, string, number, boolean, null
    }

    let document: JSONDocument
    let index: Int

    private var entry: JSONDocument.Entry { document.entries[index] }

    public var kind: Kind { entry.kind }

    /// The value as it is written.
    public var bytes: ArraySlice<UInt8> { document.bytes[range] }

    /// Where in the document it is written.
    public var range: Range<Int> { Int(entry.start)..<Int(entry.end) }

    public var isNull: Bool { kind == .null }

    /// Nil for anything but a string.
    public var string: String? {
        guard kind == .string else { return nil }
        let inside = document.bytes[range.lowerBound + 1..<range.upperBound - 1]
        return String(decoding: entry.isEscaped ? Unescaping.bytes(of: inside)[...] : inside, as: UTF8.self)
    }

    /// Nil for anything but `true` and `false`.
    public var boolean: Bool? {
        kind == .boolean ? document.bytes[range.lowerBound] == UInt8(ascii: "t") : nil
    }

    /// Nil for anything but a number that is written without a fraction and an exponent and fits into 64 bits.
    public var integer: Int64? {
        kind == .number ? Int64(String(decoding: bytes, as: UTF8.self)) : nil
    }

    /// The values of an array; empty for anything else.
    public var elements: Children {
        Children(document: document, index: index + 1, end: kind == .array ? Int(entry.next) : 0)
    }

    /// The members of an object in their order; empty for anything else.
    public var members: Members {
        Members(names: Children(document: document, index: index + 1, end: kind == .object ? Int(entry.next) : 0))
    }

    /// The member of this name; nil where there is none, and for anything but an object.
    public subscript(name: String) -> JSONNode? {
        members.first { $0.isNamed(name) }?.value
    }

    /// The same, where `null` means nothing.
    public func member(_ name: String) -> JSONNode? {
        self[name].flatMap { $0.isNull ? nil : $0 }
    }
}

extension JSONNode {
    /// Values that follow one another.
    public struct Children: Sequence, IteratorProtocol, Sendable {
        let document: JSONDocument
        var index: Int
        let end: Int

        public mutating func next() -> JSONNode? {
            guard index < end else { return nil }
            defer { index = Int(document.entries[index].next) }
            return JSONNode(document: document, index: index)
        }
    }

    public struct Member: Sendable {
        /// A string.
        let nameNode: JSONNode
        public let value: JSONNode

        public var name: String { nameNode.string ?? "" }

        /// Name and value as they are written.
        public var range: Range<Int> { nameNode.range.lowerBound..<value.range.upperBound }

        /// Compares without making a string, as long as the name is written plainly.
        func isNamed(_ other: String) -> Bool {
            guard !nameNode.entry.isEscaped else { return name == other }
            let inside = nameNode.range.lowerBound + 1..<nameNode.range.upperBound - 1
            return inside.count == other.utf8.count && nameNode.document.bytes[inside].elementsEqual(other.utf8)
        }
    }

    public struct Members: Sequence, IteratorProtocol, Sendable {
        var names: Children

        public mutating func next() -> Member? {
            guard let name = names.next(), let value = names.next() else { return nil }
            return Member(nameNode: name, value: value)
        }
    }
}

extension JSONNode {
    /// The members that `isWanted` picks, as they are written, with commas between them and without braces.
    public func members(where isWanted: (Member) -> Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for member in members where isWanted(member) {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes += document.bytes[member.range]
        }
        return bytes
    }
}
