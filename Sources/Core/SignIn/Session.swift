/// A browser in which somebody is signed in, as its owner sees it in the list.
public struct Session: Sendable, Hashable, Identifiable {
    public var id: SessionID
    public var person: PersonID
    public var createdAt: Timestamp
    /// Exact to a minute.
    public var lastSeenAt: Timestamp
    /// When it ends if nobody uses it any more.
    public var expiresAt: Timestamp
    /// Where it was begun.
    public var client: SessionClient

    public init(
        id: SessionID, person: PersonID, createdAt: Timestamp, lastSeenAt: Timestamp, expiresAt: Timestamp,
        client: SessionClient
    ) {
        self.id = id
        self.person = person
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
        self.client = client
    }
}

/// What is known about a browser.
public struct SessionClient: Sendable, Hashable {
    public var address: String
    /// The first 300 characters of its `User-Agent`.
    public var userAgent: String

    public init(address: String, userAgent: String) {
        self.address = address
        self.userAgent = String(userAgent.prefix(300))
    }
}

/// How long sessions last. Admins are signed out after an hour without a request; everybody after two weeks.
public enum SessionRules {
    public static let idleSeconds: Int64 = 12 * 3600
    public static let adminIdleSeconds: Int64 = 3600
    public static let absoluteSeconds: Int64 = 14 * 24 * 3600

    /// When a session ends that was begun and last used at these moments.
    public static func expiry(createdAt: Timestamp, lastSeenAt: Timestamp, isAdmin: Bool) -> Timestamp {
        let idle = isAdmin ? adminIdleSeconds : idleSeconds
        return min(lastSeenAt.advanced(bySeconds: idle), createdAt.advanced(bySeconds: absoluteSeconds))
    }
}

/// Who is asking: a person with a session that holds.
public struct SignedIn: Sendable, Hashable {
    public var person: Person
    public var session: Session

    public init(person: Person, session: Session) {
        self.person = person
        self.session = session
    }
}

/// The sessions of everyone. Only a hash of a token is kept.
///
/// Every method throws `StoreFailure`.
public protocol Sessions: Sendable {
    /// Begins a session. Each sign-in has a token of its own: none that was known before becomes valid.
    ///
    /// - Returns: the token for the cookie; it cannot be had again.
    /// - Throws: `NotFound` for a person who is disabled or unknown.
    func begin(for person: PersonID, on client: SessionClient) async throws -> SecretToken

    /// Who has this token, if the session has not expired and the person is not disabled. Counts as using it.
    func signedIn(with token: SecretToken) async throws -> SignedIn?

    /// Those that have not expired, the one used last first.
    func all(of person: PersonID) async throws -> [Session]

    /// Ends one session of `person`.
    ///
    /// - Throws: `NotFound` when it is not theirs, or over already.
    func revoke(_ session: SessionID, of person: PersonID) async throws

    /// Ends every session of `person` but this one; all with nil.
    func revokeAll(of person: PersonID, except session: SessionID?) async throws

    /// Removes what has expired.
    func cleanUp() async throws
}
