import Foundation

/// An e-mail address in the one form in which the store keeps and compares it: trimmed, in lower case,
/// in Unicode's canonical composition.
///
/// It is checked only for what every address has; whether it exists, nobody but its owner knows.
public struct EmailAddress: Sendable, Hashable, Codable, RawRepresentable, CustomStringConvertible {
    public let rawValue: String

    /// - Returns: nil for what cannot be an address: no or two `@`, an empty part, white space or control characters,
    ///   more than 254 characters (RFC 5321, 4.5.3.1.3 and its erratum 1690).
    public init?(rawValue: String) {
        let text = rawValue.trimmingCharacters(in: .whitespacesAndNewlines)
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, text.utf8.count <= 254,
            !text.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.properties.isControl })
        else { return nil }
        self.rawValue = text.lowercased().precomposedStringWithCanonicalMapping
    }

    public var description: String { rawValue }
}

extension Unicode.Scalar.Properties {
    var isControl: Bool { [.control, .format, .lineSeparator, .paragraphSeparator].contains(generalCategory) }
}
