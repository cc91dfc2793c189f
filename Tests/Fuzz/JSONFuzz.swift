// Built by `make fuzz` with libFuzzer and the address sanitizer, together with the sources of the room `StrictJSON`.

/// Any bytes at all are taken or refused; and what is taken is the same when it was written and read again, whole or
/// member by member.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>, _ length: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: length))
    guard let document = try? JSONDocument(bytes) else { return 0 }
    precondition(String(validating: bytes, as: UTF8.self) != nil)
    let value = JSONValue(document.root)
    precondition(read(value.bytes) == value)
    if document.root.kind == .object {
        precondition(read([UInt8(ascii: "{")] + document.root.members { _ in true } + [UInt8(ascii: "}")]) == value)
    }
    return 0
}

private func read(_ bytes: [UInt8]) -> JSONValue? {
    (try? JSONDocument(bytes)).map { JSONValue($0.root) }
}
