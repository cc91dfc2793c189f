/// 256 random bits that whoever has them may use: a session's cookie, a one-time link. The store keeps only a hash.
///
/// Printing it gives no secret away; `rawValue` does.
public struct SecretToken: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public let rawValue: String

    /// - Returns: nil for what no token looks like.
    public init?(rawValue: String) {
        let halves = [rawValue.prefix(32), rawValue.dropFirst(32)].map { Identifier<Self>(rawValue: String($0)) }
        guard halves.allSatisfy(\.isWellFormed) else { return nil }
        self.rawValue = rawValue
    }

    public static func random() -> Self {
        let halves = [Identifier<Self>.random(), .random()]
        return Self(unchecked: halves.map(\.rawValue).joined())
    }

    public var description: String { "SecretToken(…)" }

    private init(unchecked rawValue: String) {
        self.rawValue = rawValue
    }
}
