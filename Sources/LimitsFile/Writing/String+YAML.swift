extension String {
    /// As a scalar that every reader of YAML takes for this text: in quotes wherever it could be anything else.
    var asYAML: String {
        isPlainName ? self : "\"" + unicodeScalars.map(\.escaped).joined() + "\""
    }

    /// Begins with a letter, goes on with what nobody takes for an indicator, and is no word such as `yes` or `null`.
    private var isPlainName: Bool {
        guard let first = utf8.first, first.isLetter, utf8.last != UInt8(ascii: " ") else { return false }
        let isHarmless = utf8.allSatisfy { byte in
            byte.isLetter || (0x30...0x39).contains(byte) || "_-.@+/ ".utf8.contains(byte)
        }
        return isHarmless && !Self.words.contains(lowercased())
    }

    private static let words: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}

extension Unicode.Scalar {
    fileprivate var escaped: String {
        if self == "\"" || self == "\\" { return "\\" + String(self) }
        if self == "\t" { return "\\t" }
        guard isInvisible else { return String(self) }
        let digits = String(value, radix: 16, uppercase: true)
        return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
