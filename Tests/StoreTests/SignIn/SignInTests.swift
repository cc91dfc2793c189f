import Core
import Synchronization
import Testing

@testable import Store

struct SignInTests {
    let temporary: TemporaryStore
    let hasher = RecordingHasher()
    let browser = SessionClient(address: "192.0.2.1", userAgent: "Browser/1")
    var signIn: SignIn {
        SignIn(
            people: temporary.store.people, sessions: temporary.store.sessions,
            throttle: temporary.store.signInThrottle, hasher: hasher)
    }

    init() async throws {
        temporary = try await TemporaryStore()
        _ = try await temporary.store.people.add(
            Person.Draft(email: "p@example.org", tier: temporary.standard.id), passwordHash: "new:right",
            by: temporary.actor)
    }

    @Test func rightPasswordBeginsASession() async throws {
        let (person, token) = try await signIn(email: " P@example.org", password: "right", on: browser)
        let signedIn = try #require(try await temporary.store.sessions.signedIn(with: token))
        #expect(signedIn.person == person && signedIn.session.client == browser)
    }

    @Test(arguments: [("p@example.org", "wrong"), ("nobody@example.org", "right"), ("no address", "right")])
    func whatIsWrongCostsOneHashAndSaysNothingMore(email: String, password: String) async throws {
        await #expect(throws: SignIn.Failure.wrongCredentials) {
            try await signIn(email: email, password: password, on: browser)
        }
        #expect(hasher.verified == 1)
    }

    @Test func personWithoutAPasswordCannotSignIn() async throws {
        await #expect(throws: SignIn.Failure.wrongCredentials) {
            try await signIn(email: "admin@example.org", password: "", on: browser)
        }
    }

    @Test func disabledPersonHearsItOnlyWithTheRightPassword() async throws {
        let person = try #require(try await temporary.store.people.find(PeopleQuery(text: "p@")).rows.first?.person)
        try await temporary.store.people.setDisabled(true, person.id, by: temporary.actor)
        await #expect(throws: SignIn.Failure.disabled) {
            try await signIn(email: "p@example.org", password: "right", on: browser)
        }
        await #expect(throws: SignIn.Failure.wrongCredentials) {
            try await signIn(email: "p@example.org", password: "wrong", on: browser)
        }
    }

    @Test func outdatedHashIsReplacedWhenThePasswordIsKnown() async throws {
        let email = try #require(EmailAddress(rawValue: "p@example.org"))
        let credential = try #require(try await temporary.store.people.credential(for: email))
        try await temporary.store.people.strengthen(credential, to: "old:right")
        _ = try await signIn(email: "p@example.org", password: "right", on: browser)
        #expect(try await temporary.store.people.credential(for: email)?.passwordHash == "new:right")
    }

    @Test func guessesAreSlowedDownBeforeTheyCostAHash() async throws {
        for _ in 1...5 {
            await #expect(throws: SignIn.Failure.wrongCredentials) {
                try await signIn(email: "p@example.org", password: "wrong", on: browser)
            }
        }
        await #expect(throws: SignIn.Failure.tooManyTries(until: Timestamp.start.advanced(bySeconds: 1))) {
            try await signIn(email: "p@example.org", password: "right", on: browser)
        }
        #expect(hasher.verified == 5)
        temporary.clock.advance(seconds: 1)
        _ = try await signIn(email: "p@example.org", password: "right", on: browser)
    }

    @Test func passwordIsProvedAgainBeforeItIsChanged() async throws {
        let (person, _) = try await signIn(email: "p@example.org", password: "right", on: browser)
        #expect(try await signIn.isPassword("right", of: person, from: browser.address))
        #expect(try await signIn.isPassword("wrong", of: person, from: browser.address) == false)
    }
}

/// Hashes by writing the password down, and counts how often it was asked.
final class RecordingHasher: PasswordHasher {
    private let count = Mutex(0)
    var verified: Int { count.withLock { $0 } }
    let decoy = "new:\0"

    func hash(_ password: String) -> String { "new:" + password }

    func verify(_ password: String, against hash: String) -> Bool {
        count.withLock { $0 += 1 }
        return hash.hasSuffix(":" + password)
    }

    func isOutdated(_ hash: String) -> Bool { hash.hasPrefix("old:") }
}
