/// A character reference of HTML, such as `&amp;` or `&#x41;`.
enum CharacterReference {
    /// The character meant, or `source` itself where it is none we know: it then stays literal text everywhere, because
    /// whoever writes it into HTML escapes its ampersand.
    static func resolve(_ source: String) -> String {
        if let named = named[source] { return named }
        guard let number = number(source), number != 0, let scalar = Unicode.Scalar(number) else { return source }
        return String(Character(scalar))
    }

    private static let named = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&apos;": "'"]

    private static func number(_ source: String) -> UInt32? {
        guard source.hasPrefix("&#"), source.hasSuffix(";") else { return nil }
        let digits = source.dropFirst(2).dropLast()
        return digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    }
}
