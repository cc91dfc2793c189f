/// A moment of civil time: milliseconds since 1970-01-01T00:00:00Z.
///
/// Whole numbers, so that the store, the ledger and a simulator agree to the last bit.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    public func advanced(bySeconds seconds: Int64) -> Self { Self(milliseconds: milliseconds + seconds * 1000) }
}

/// Tells the time. Injected everywhere, so that tests and the simulator own the clock.
public protocol TimeSource: Sendable {
    func now() -> Timestamp
}
