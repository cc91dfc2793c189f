import StrictJSON

extension Property {
    /// Any bytes at all are taken or refused; and what is taken is the same when it was written and read again, whole or
    /// member by member.
    static let json = Property(name: "json", maxBytes: 4000) { bytes in
        guard let document = try? JSONDocument(bytes) else { return }
        try require(String(validating: bytes, as: UTF8.self) != nil, "taken, and no UTF-8")
        let value = JSONValue(document.root)
        try require(read(value.bytes) == value, "written, it is read as something else")
        guard document.root.kind == .object else { return }
        let members = [UInt8(ascii: "{")] + document.root.members { _ in true } + [UInt8(ascii: "}")]
        try require(read(members) == value, "its members are another object")
    }
}

private func read(_ bytes: [UInt8]) -> JSONValue? {
    (try? JSONDocument(bytes)).map { JSONValue($0.root) }
}
