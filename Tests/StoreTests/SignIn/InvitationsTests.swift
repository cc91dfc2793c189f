import Core
import Testing

@testable import Store

struct InvitationsTests {
    let temporary: TemporaryStore
    let person: Person
    var invitations: any Invitations { temporary.store.invitations }
    var people: any People { temporary.store.people }

    init() async throws {
        temporary = try await TemporaryStore()
        person = try await temporary.store.people.add(
            Person.Draft(email: "p@example.org", tier: temporary.admin.tier), passwordHash: nil, by: temporary.actor)
    }

    @Test func linkSetsAPasswordOnceAndEndsAllSessions() async throws {
        let session = try await temporary.store.sessions.begin(
            for: person.id, on: SessionClient(address: "", userAgent: ""))
        let invitation = try await invitations.invite(person.id, by: temporary.actor)
        #expect(invitation.expiresAt == temporary.clock.now().advanced(bySeconds: InvitationRules.linkSeconds))
        #expect(try await invitations.invited(with: invitation.token) == person)
        #expect(try await invitations.openUntil(for: person.id) == invitation.expiresAt)
        #expect(try await invitations.accept(invitation.token, passwordHash: "hash") == person)
        #expect(try await people.credential(for: person.email)?.passwordHash == "hash")
        #expect(try await temporary.store.sessions.signedIn(with: session) == nil)
        await #expect(throws: NotFound()) { try await invitations.accept(invitation.token, passwordHash: "other") }
        #expect(try await invitations.openUntil(for: person.id) == nil)
    }

    @Test func twoWhoAcceptAtOnceAreOne() async throws {
        let token = try await invitations.invite(person.id, by: .shell).token
        let accepted = await withTaskGroup { [invitations] group in
            for number in 1...8 {
                group.addTask { (try? await invitations.accept(token, passwordHash: "\(number)")) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 1)
    }

    enum End: CaseIterable {
        case anotherLink, password, address, disabling, time
    }

    @Test(arguments: End.allCases)
    func linkEnds(by end: End) async throws {
        let token = try await invitations.invite(person.id, by: .shell).token
        switch end {
        case .anotherLink: _ = try await invitations.invite(person.id, by: .shell)
        case .password: try await people.setPassword(hash: "x", of: person.id, ending: .all, by: .shell)
        case .address:
            let draft = Person.Draft(email: "q@example.org", tier: person.tier)
            _ = try await people.change(person.id, to: draft, by: .shell)
        case .disabling:
            try await people.setDisabled(true, person.id, by: .shell)
            try await people.setDisabled(false, person.id, by: .shell)
        case .time: temporary.clock.advance(seconds: InvitationRules.linkSeconds)
        }
        #expect(try await invitations.invited(with: token) == nil)
        await #expect(throws: NotFound()) { try await invitations.accept(token, passwordHash: "x") }
    }

    @Test func nobodyUnknownOrDisabledIsInvited() async throws {
        try await people.setDisabled(true, person.id, by: .shell)
        await #expect(throws: NotFound()) { try await invitations.invite(person.id, by: .shell) }
        await #expect(throws: NotFound()) { try await invitations.invite(.random(), by: .shell) }
    }

    @Test func cleaningUpRemovesWhatHasExpiredOnly() async throws {
        _ = try await invitations.invite(temporary.admin.id, by: .shell)
        temporary.clock.advance(seconds: InvitationRules.linkSeconds / 2)
        let token = try await invitations.invite(person.id, by: .shell).token
        temporary.clock.advance(seconds: InvitationRules.linkSeconds / 2)
        try await invitations.cleanUp()
        let left: Int = try await temporary.store.database.read { session in
            try session.onlyRow("SELECT COUNT(*) AS links FROM invitation")["links"]
        }
        #expect(left == 1)
        #expect(try await invitations.invited(with: token) == person)
    }
}
