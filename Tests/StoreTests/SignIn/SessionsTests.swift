import Core
import Testing

@testable import Store

struct SessionsTests {
    let temporary: TemporaryStore
    let person: Person
    let browser = SessionClient(address: "192.0.2.1", userAgent: "Browser/1")
    var sessions: any Sessions { temporary.store.sessions }

    init() async throws {
        temporary = try await TemporaryStore()
        person = try await temporary.addPerson("p@example.org")
    }

    @Test func tokenIsNotInTheStore() async throws {
        let token = try await sessions.begin(for: person.id, on: browser)
        let stored: String = try await temporary.store.database.read { session in
            try session.onlyRow("SELECT token_hash FROM session")["token_hash"]
        }
        #expect(stored == token.rawValue.sha256)
        #expect(!"\(token)".contains(token.rawValue))
        #expect("abc".sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func onlyTheRightTokenSignsIn() async throws {
        let token = try await sessions.begin(for: person.id, on: browser)
        #expect(try await sessions.signedIn(with: token)?.person == person)
        #expect(try await sessions.signedIn(with: .random()) == nil)
        #expect(SecretToken(rawValue: token.rawValue) == token)
        #expect(
            SecretToken(rawValue: token.rawValue.uppercased()) == nil || !token.rawValue.contains(where: \.isLetter))
        #expect(SecretToken(rawValue: "' OR 1=1 --") == nil)
    }

    @Test func idleSessionEndsAfterTwelveHours() async throws {
        let token = try await sessions.begin(for: person.id, on: browser)
        temporary.clock.advance(seconds: 12 * 3600 - 1)
        #expect(try await sessions.signedIn(with: token) != nil)
        temporary.clock.advance(seconds: 12 * 3600 - 1)
        #expect(try await sessions.signedIn(with: token) != nil)
        temporary.clock.advance(seconds: 12 * 3600)
        #expect(try await sessions.signedIn(with: token) == nil)
    }

    @Test func adminsSessionEndsAfterAnHour() async throws {
        let token = try await sessions.begin(for: temporary.admin.id, on: browser)
        temporary.clock.advance(seconds: 3599)
        #expect(try await sessions.signedIn(with: token) != nil)
        temporary.clock.advance(seconds: 3600)
        #expect(try await sessions.signedIn(with: token) == nil)
    }

    @Test func sessionInUseEndsAfterTwoWeeks() async throws {
        let token = try await sessions.begin(for: person.id, on: browser)
        for _ in 1...(14 * 4 - 1) {
            temporary.clock.advance(seconds: 6 * 3600)
            #expect(try await sessions.signedIn(with: token) != nil)
        }
        temporary.clock.advance(seconds: 6 * 3600)
        #expect(try await sessions.signedIn(with: token) == nil)
    }

    @Test func disablingEndsSessionsForGood() async throws {
        let token = try await sessions.begin(for: person.id, on: browser)
        try await temporary.store.people.setDisabled(true, person.id, by: temporary.actor)
        #expect(try await sessions.signedIn(with: token) == nil)
        await #expect(throws: NotFound()) { try await sessions.begin(for: person.id, on: browser) }
        try await temporary.store.people.setDisabled(false, person.id, by: temporary.actor)
        #expect(try await sessions.signedIn(with: token) == nil)
    }

    @Test func newRoleNeedsANewSession() async throws {
        let token = try await sessions.begin(for: person.id, on: browser)
        var draft = Person.Draft(email: "p@example.org", displayName: "P", tier: person.tier)
        _ = try await temporary.store.people.change(person.id, to: draft, by: temporary.actor)
        #expect(try await sessions.signedIn(with: token) != nil)
        draft.isAdmin = true
        _ = try await temporary.store.people.change(person.id, to: draft, by: temporary.actor)
        #expect(try await sessions.signedIn(with: token) == nil)
    }

    @Test func newPasswordEndsAllOtherSessions() async throws {
        let here = try await sessions.begin(for: person.id, on: browser)
        let elsewhere = try await sessions.begin(for: person.id, on: browser)
        let session = try #require(try await sessions.signedIn(with: here)).session
        try await temporary.store.people.setPassword(
            hash: "new", of: person.id, ending: .allBut(session.id), by: .person(person.id))
        #expect(try await sessions.signedIn(with: here) != nil)
        #expect(try await sessions.signedIn(with: elsewhere) == nil)
    }

    @Test func newPasswordCanEndItsOwnSessionOnly() async throws {
        let here = try await sessions.begin(for: person.id, on: browser)
        let elsewhere = try await sessions.begin(for: person.id, on: browser)
        let session = try #require(try await sessions.signedIn(with: here)).session
        try await temporary.store.people.setPassword(
            hash: "new", of: person.id, ending: .only(session.id), by: .person(person.id))
        #expect(try await sessions.signedIn(with: here) == nil)
        #expect(try await sessions.signedIn(with: elsewhere) != nil)
    }

    @Test func peopleSeeAndEndTheirOwnSessionsOnly() async throws {
        let mine = try await sessions.begin(for: person.id, on: browser)
        let theirs = try await sessions.begin(for: temporary.admin.id, on: browser)
        let session = try #require(try await sessions.all(of: person.id).first)
        #expect(try await sessions.all(of: person.id).count == 1)
        await #expect(throws: NotFound()) { try await sessions.revoke(session.id, of: temporary.admin.id) }
        try await sessions.revokeAll(of: temporary.admin.id, except: nil)
        #expect(try await sessions.signedIn(with: theirs) == nil)
        #expect(try await sessions.signedIn(with: mine) != nil)
        try await sessions.revoke(session.id, of: person.id)
        #expect(try await sessions.signedIn(with: mine) == nil)
        await #expect(throws: NotFound()) { try await sessions.revoke(session.id, of: person.id) }
    }

    @Test func cleaningUpRemovesWhatHasExpiredAndNothingElse() async throws {
        _ = try await sessions.begin(for: temporary.admin.id, on: browser)
        let living = try await sessions.begin(for: person.id, on: browser)
        temporary.clock.advance(seconds: 3600)
        #expect(try await sessions.all(of: temporary.admin.id).isEmpty)
        try await sessions.cleanUp()
        let left: Int = try await temporary.store.database.read { session in
            try session.onlyRow("SELECT COUNT(*) AS sessions FROM session")["sessions"]
        }
        #expect(left == 1)
        #expect(try await sessions.signedIn(with: living) != nil)
    }

    @Test func beingSeenIsWrittenOnceAMinute() async throws {
        let token = try await sessions.begin(for: person.id, on: browser)
        temporary.clock.advance(seconds: 59)
        _ = try await sessions.signedIn(with: token)
        #expect(try await sessions.all(of: person.id)[0].lastSeenAt == .start)
        temporary.clock.advance(seconds: 1)
        _ = try await sessions.signedIn(with: token)
        #expect(try await sessions.all(of: person.id)[0].lastSeenAt == temporary.clock.now())
    }
}
