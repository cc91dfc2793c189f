/// Slows down whoever guesses passwords. Kept in the store, so that every worker counts alike.
public protocol SignInThrottle: Sendable {
    /// Counts a try by this address for this account, whether the account exists or not, before its password is looked
    /// at: so parallel guesses count too.
    ///
    /// - Returns: nil when the try may go on, else the moment from which the next one may. A try that was turned away
    ///   is not counted.
    func attempt(from address: String, on account: String) async throws -> Timestamp?

    /// The try was right: the account begins anew, and the address is forgiven this one try.
    func succeeded(from address: String, on account: String) async throws

    /// Forgets those who have not failed for a day.
    func cleanUp() async throws
}

/// How long a wait follows how many failures: none for the first few, then one second, doubled each time up to a bound.
///
/// An account waits a minute at most, so that nobody can lock its owner out for long: 1,440 guesses a day find no
/// password that the rules allow. An address waits up to a quarter of an hour; many people may share one.
public struct BackOff: Sendable, Hashable {
    public var freeFailures: Int64
    public var maxWaitSeconds: Int64

    public static let account = BackOff(freeFailures: 5, maxWaitSeconds: 60)
    public static let address = BackOff(freeFailures: 20, maxWaitSeconds: 15 * 60)

    /// After this time without a failure an account or address begins anew.
    public static let memorySeconds: Int64 = 24 * 3600

    public init(freeFailures: Int64, maxWaitSeconds: Int64) {
        self.freeFailures = freeFailures
        self.maxWaitSeconds = maxWaitSeconds
    }

    public func waitSeconds(after failures: Int64) -> Int64 {
        let excess = failures - freeFailures
        if excess < 0 { return 0 }
        return excess > 30 ? maxWaitSeconds : min(maxWaitSeconds, 1 << excess)
    }
}
