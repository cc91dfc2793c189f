/// The one-time links with which people choose their own password: those who are new, and those who lost theirs. Nobody
/// else ever knows it.
///
/// Every method throws `StoreFailure`.
public protocol Invitations: Sendable {
    /// Makes a new link and ends the earlier one of this person, if there is one. Their password stays what it was.
    ///
    /// - Returns: the link, whose token cannot be had again.
    /// - Throws: `NotFound` for a person who is disabled or unknown.
    func invite(_ person: PersonID, by actor: Actor) async throws -> Invitation

    /// Until when the link of this person works; nil when there is none.
    func openUntil(for person: PersonID) async throws -> Timestamp?

    /// Whom `token` is for, as long as it works.
    func invited(with token: SecretToken) async throws -> Person?

    /// Sets the password, ends every session of the person and uses the link up.
    ///
    /// - Throws: `NotFound` for a link that was used, ended, never given, or is too old.
    func accept(_ token: SecretToken, passwordHash: String) async throws -> Person

    /// Removes what has expired.
    func cleanUp() async throws
}

/// A link that was just made.
public struct Invitation: Sendable, Hashable {
    public var person: Person
    public var token: SecretToken
    public var expiresAt: Timestamp

    public init(person: Person, token: SecretToken, expiresAt: Timestamp) {
        self.person = person
        self.token = token
        self.expiresAt = expiresAt
    }
}

/// A password that was set otherwise, another address and disabling the person end a link before its time.
public enum InvitationRules {
    /// Three days: long enough for a weekend, short for what lies in a mailbox.
    public static let linkSeconds: Int64 = 72 * 3600
}
