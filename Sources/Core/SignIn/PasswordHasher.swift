/// Turns passwords into something that does not give them away. Slow on purpose; only a few run at once, the others
/// wait their turn.
///
/// Passwords are taken in Unicode's canonical composition, so that every keyboard types the same one.
public protocol PasswordHasher: Sendable {
    /// - Returns: the hash with its salt and parameters, as it is to be stored.
    func hash(_ password: String) async throws -> String

    /// - Returns: false also for a hash that cannot be read.
    func verify(_ password: String, against hash: String) async throws -> Bool

    /// True when `hash` was made with other parameters than a new one would be.
    func isOutdated(_ hash: String) -> Bool

    /// The hash of no password, as slow to verify as any: for people who do not exist.
    var decoy: String { get }
}
