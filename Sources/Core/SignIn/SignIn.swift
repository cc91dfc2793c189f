/// Signing in with address and password: the one way to a session, for the page and whatever comes later.
///
/// An address that nobody has takes as long and fails in the same words as a wrong password.
public struct SignIn: Sendable {
    private let people: any People
    private let sessions: any Sessions
    private let throttle: any SignInThrottle
    private let hasher: any PasswordHasher

    public init(
        people: any People, sessions: any Sessions, throttle: any SignInThrottle, hasher: any PasswordHasher
    ) {
        self.people = people
        self.sessions = sessions
        self.throttle = throttle
        self.hasher = hasher
    }

    public enum Failure: Error, Sendable, Hashable {
        /// No such person, no password set, or a wrong one.
        case wrongCredentials
        /// Told only to those who know the password.
        case disabled
        case tooManyTries(until: Timestamp)
    }

    /// - Returns: who it is, and the token for the cookie.
    /// - Throws: `Failure`, `StoreFailure`.
    public func callAsFunction(
        email: String, password: String, on client: SessionClient
    ) async throws -> (Person, SecretToken) {
        let address = EmailAddress(rawValue: email)
        let account = address?.rawValue ?? String(email.prefix(254))
        if let until = try await throttle.attempt(from: client.address, on: account) {
            throw Failure.tooManyTries(until: until)
        }
        let person = try await prove(address, password)
        try await throttle.succeeded(from: client.address, on: account)
        guard !person.isDisabled else { throw Failure.disabled }
        return (person, try await sessions.begin(for: person.id, on: client))
    }

    /// True when this is the password of `person`: before they change it, or do something grave.
    ///
    /// - Throws: `Failure.tooManyTries`, `StoreFailure`.
    public func isPassword(_ password: String, of person: Person, from address: String) async throws -> Bool {
        if let until = try await throttle.attempt(from: address, on: person.email.rawValue) {
            throw Failure.tooManyTries(until: until)
        }
        do {
            _ = try await prove(person.email, password)
        } catch Failure.wrongCredentials {
            return false
        }
        try await throttle.succeeded(from: address, on: person.email.rawValue)
        return true
    }

    private func prove(_ address: EmailAddress?, _ password: String) async throws -> Person {
        var credential: Credential?
        if let address { credential = try await people.credential(for: address) }
        let isRight = try await hasher.verify(
            String(password.prefix(PasswordRules.maxCharacters + 1)), against: credential?.passwordHash ?? hasher.decoy)
        guard isRight, let credential else { throw Failure.wrongCredentials }
        if hasher.isOutdated(credential.passwordHash) {
            try await people.strengthen(credential, to: hasher.hash(password))
        }
        return credential.person
    }
}
