/// The name of one thing of the product: 128 random bits as 32 lower-case hexadecimal digits, so that nobody can
/// guess another person's. The phantom type keeps a `PersonID` from being passed for a `TierID`.
public struct Identifier<Subject>: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public static func random() -> Self {
        var generator = SystemRandomNumberGenerator()
        return Self(rawValue: [generator.next(), generator.next()].map(Self.hexadecimal).joined())
    }

    public var description: String { rawValue }

    /// Whether it looks as `random` makes them: what comes from a form need not.
    public var isWellFormed: Bool {
        rawValue.utf8.count == 32 && rawValue.allSatisfy { "0123456789abcdef".contains($0) }
    }

    private static func hexadecimal(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// One prompt on its way through the gate; the key under which it is settled at most once.
public enum Request {}
public typealias RequestID = Identifier<Request>
