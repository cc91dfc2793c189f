/// One FastCGI parameter, such as `REQUEST_METHOD` = `GET`.
struct CGIParameter: Hashable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// - Parameter entry: `NAME=value`, as libfcgi keeps it. Without `=` the name was cut by a NUL; it stays nameless.
    init(entry: UnsafeRawBufferPointer) {
        guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else {
            self.init("", String(decoding: entry, as: UTF8.self))
            return
        }
        let value = UnsafeRawBufferPointer(rebasing: entry[(equals + 1)...])
        self.init(
            String(decoding: UnsafeRawBufferPointer(rebasing: entry[..<equals]), as: UTF8.self),
            String(decoding: value, as: UTF8.self))
    }

    /// Whether there is a CR, LF, NUL or another control character in it, which no value may carry into a header.
    var hasControlCharacter: Bool {
        (name + value).utf8.contains { ($0 < 0x20 && $0 != UInt8(ascii: "\t")) || $0 == 0x7F }
    }
}
