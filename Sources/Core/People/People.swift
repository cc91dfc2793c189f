/// Everyone who may sign in.
///
/// Every method that changes something by an `Actor` writes the audit log in the same transaction, and throws `Flaws`,
/// `NotFound` or `StoreFailure` when it changed nothing.
public protocol People: Sendable {
    func person(_ id: PersonID) async throws -> Person?
    func person(with email: EmailAddress) async throws -> Person?

    /// Those of `ids` that exist, in no order: for pages that know people by their usage.
    func people(_ ids: Set<PersonID>) async throws -> [Person]

    /// Who has this address, and the hash of their password; nil for a person who has not set one.
    func credential(for email: EmailAddress) async throws -> Credential?

    func find(_ query: PeopleQuery) async throws -> FoundPeople

    /// - Parameter passwordHash: nil for a person who cannot sign in before a password is set.
    func add(_ draft: Person.Draft, passwordHash: String?, by actor: Actor) async throws -> Person

    /// Ends all sessions of the person when what they may do changed.
    func change(_ person: PersonID, to draft: Person.Draft, by actor: Actor) async throws -> Person

    /// All or nobody.
    func move(_ people: [PersonID], to tier: TierID, by actor: Actor) async throws

    /// Disabling ends all sessions of the person.
    func setDisabled(_ isDisabled: Bool, _ person: PersonID, by actor: Actor) async throws

    func setPreferences(_ preferences: Person.Preferences, of person: PersonID) async throws -> Person

    func setPassword(
        hash: String, of person: PersonID, ending sessions: EndedSessions, by actor: Actor
    ) async throws

    /// Replaces the hash of an unchanged password by a stronger one, unless the password was changed meanwhile.
    func strengthen(_ credential: Credential, to hash: String) async throws
}

/// Which of a person's sessions end with their old password.
public enum EndedSessions: Sendable, Hashable {
    case all
    case allBut(SessionID)
    case only(SessionID)
}

/// A person, and what their password must hash to.
public struct Credential: Sendable, Hashable {
    public var person: Person
    public var passwordHash: String

    public init(person: Person, passwordHash: String) {
        self.person = person
        self.passwordHash = passwordHash
    }
}
