import NIOCore

/// `text` as a JSON string, quotes included.
func jsonString(_ text: some StringProtocol) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": json += "\\\""
        case "\\": json += "\\\\"
        case "\n": json += "\\n"
        case "\u{0}"..<" ": json += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        default: json.unicodeScalars.append(scalar)
        }
    }
    return json + "\""
}

extension ByteBuffer {
    /// Writes `text` as a JSON string, quotes included. Most pieces of a reply need no escape, and are copied.
    mutating func writeJSONString(_ text: Substring) {
        guard text.utf8.allSatisfy(\.isPlainInJSON) else {
            writeString(jsonString(text))
            return
        }
        writeInteger(UInt8(ascii: "\""))
        writeSubstring(text)
        writeInteger(UInt8(ascii: "\""))
    }
}

extension UInt8 {
    fileprivate var isPlainInJSON: Bool {
        self >= UInt8(ascii: " ") && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}
