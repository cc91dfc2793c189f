import Foundation

extension APIKey {
    /// `slk_` and 256 random bits: whoever has it may ask in the name of the key's person. The store keeps only a hash.
    ///
    /// Printing it gives nothing away; `rawValue` does.
    public struct Secret: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// `slk_` and 43 characters of base64url (RFC 4648, 5) without padding.
        public let rawValue: String

        /// By which people and secret scanners know it for one of ours.
        public static let prefix = "slk_"

        /// - Returns: nil for what no secret looks like; compared with none, at no cost.
        public init?(rawValue: String) {
            let text = rawValue.utf8
            guard text.count == Self.prefix.utf8.count + 43, text.starts(with: Self.prefix.utf8),
                text.dropFirst(Self.prefix.utf8.count).allSatisfy(\.isBase64URL)
            else { return nil }
            self.rawValue = rawValue
        }

        /// - Parameter bits: 32 bytes that nobody can guess.
        public init(bits: [UInt8]) {
            precondition(bits.count == 32, "a secret has 256 bits")
            let text = Data(bits).base64EncodedString()
            rawValue = Self.prefix + text.prefix(43).replacing("+", with: "-").replacing("/", with: "_")
        }

        public static func random() -> Self {
            var generator = SystemRandomNumberGenerator()
            return Self(bits: (0..<32).map { _ in generator.next() })
        }

        /// What may be shown of it for ever: 24 of its bits.
        public var beginning: String { rawValue.prefix(Self.prefix.count + 4) + "…" }

        public var description: String { "APIKey.Secret(\(beginning))" }
    }
}

extension UInt8 {
    fileprivate var isBase64URL: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
