/// The one-time link that makes the first admin: no default password exists, and not every first visitor is the owner.
public protocol FirstAdmin: Sendable {
    /// Makes a new link and ends every earlier one.
    ///
    /// - Returns: nil when somebody can administer already. The link's token cannot be had again.
    func invite() async throws -> SecretToken?

    /// True when `token` would be taken now.
    func isOpen(_ token: SecretToken) async throws -> Bool

    /// Adds the first admin and uses the link up.
    ///
    /// - Throws: `NotFound` for a link that was used, ended, never given, or is older than an hour; `Flaws`;
    ///   `StoreFailure`.
    func accept(
        _ token: SecretToken, email: String, displayName: String, passwordHash: String
    ) async throws -> Person
}

public enum FirstAdminRules {
    public static let linkSeconds: Int64 = 3600
}
