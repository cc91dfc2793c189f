/// The keys of everyone. Only a hash of a secret is kept.
///
/// Every method that changes something writes the audit log in the same transaction, and throws `Flaws`, `NotFound` or
/// `StoreFailure` when it changed nothing. A change is felt by the next request in every worker.
public protocol APIKeys: Sendable {
    /// Whom a request with this secret comes from: what every way in for programs asks first, and all that it asks.
    /// Counts as using the key.
    ///
    /// - Parameter secret: as it came, whatever it is. What no secret looks like is refused without asking the store.
    /// - Returns: nil for a secret that is unknown, expired or revoked, or whose person is disabled.
    /// - Throws: `StoreFailure`: then nobody may be let in.
    func holder(of secret: String) async throws -> KeyHolder?

    /// Those that may be used first, then the newest first.
    func all(of person: PersonID) async throws -> [APIKey]

    func key(_ id: APIKeyID) async throws -> APIKey?

    /// Makes the key whose secret this is. The same secret again makes nothing: so one form makes one key, however
    /// often it is sent.
    ///
    /// - Returns: the key; the one that was made before when it is the same secret of the same person.
    /// - Throws: `Flaws`, also when the person has `APIKey.mostOfAPerson` live ones; `NotFound` for an unknown person;
    ///   `StoreFailure`.
    func create(
        _ settings: APIKey.Settings, secret: APIKey.Secret, for person: PersonID, by actor: Actor
    ) async throws -> APIKey

    /// - Throws: `NotFound` when `person` has no such key, or it was revoked.
    func change(
        _ key: APIKeyID, of person: PersonID, to settings: APIKey.Settings, by actor: Actor
    ) async throws -> APIKey

    /// Ends a key for good.
    ///
    /// - Throws: `NotFound` when `person` has no such key, or it was revoked before.
    func revoke(_ key: APIKeyID, of person: PersonID, by actor: Actor) async throws
}

/// Who asks with a key.
public struct KeyHolder: Sendable, Hashable {
    public var person: Person
    public var key: APIKeyID
    /// What the request is filed under.
    public var project: ProjectID?

    public init(person: Person, key: APIKeyID, project: ProjectID?) {
        self.person = person
        self.key = key
        self.project = project
    }
}
