import Core
import Testing

@testable import Store

/// Extras that are used up once, before the regular limits.
struct LedgerGrantTests {
    private let noon = Timestamp.start
    private var tomorrow: Timestamp { noon.advanced(bySeconds: 86_400) }

    @Test func whatIsGrantedIsUsedUpFirstAndOnlyOnce() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        try await book.grant(500, until: tomorrow.advanced(bySeconds: 86_400))
        let (first, allowance) = try await book.held(LedgerFixture.request(prompt: 300, reply: 100))
        #expect(allowance.draws.map(\.amount) == [400])
        #expect(try await book.balance() == [0, 0, 1100])
        _ = try await book.ledger.settle(first, as: .finished(prompt: 300, completion: 50), at: noon)
        #expect(try await book.pots()[0] == pot(book, used: 350))
        #expect(try await book.balance() == [0, 0, 1150])

        let (second, _) = try await book.held(LedgerFixture.request(prompt: 300, reply: 100))
        #expect(try await book.balance() == [0, 250, 750])
        _ = try await book.ledger.settle(second, as: .finished(prompt: 300, completion: 100), at: noon)
        #expect(try await book.balance() == [250, 0, 750])
        // The next day has its thousand again, and the extra is gone.
        #expect(try await book.balance(at: tomorrow) == [0, 0, 1000])
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func theOneThatEndsFirstIsUsedUpFirst() async throws {
        let book = try await LedgerFixture()
        try await book.limit(100)
        let late = try await book.grant(300, until: tomorrow)
        let early = try await book.grant(50, until: noon.advanced(bySeconds: 60))
        let (_, allowance) = try await book.held(LedgerFixture.request(prompt: 60, reply: 60))
        #expect(allowance.draws.map(\.pot.grant.id) == [early.id, late.id])
        #expect(allowance.draws.map(\.amount) == [50, 70])
    }

    /// Each stands in for the limits of its own holder, and for no other.
    @Test func extrasOfProjectAndOrganizationStandInForTheirOwnLimits() async throws {
        let book = try await LedgerFixture()
        try await book.project(.normal)
        let organization = try await book.limit(100, scope: .organization, subject: "acme")
        let project = try await book.limit(100, scope: .project, subject: "normal")
        let own = try await book.limit(100)
        let path = LedgerFixture.path(project: "normal")
        let request = { LedgerFixture.request(prompt: 100, reply: 50, minimum: 50, path: path) }
        _ = try await book.refusal(request())
        try await book.grant(80, to: .organization(LedgerFixture.organization), until: tomorrow)
        try await book.grant(80, to: .project(ProjectID(rawValue: "normal")), until: tomorrow)
        #expect(try await book.refusal(request()).limit == own.id)
        try await book.grant(80, until: tomorrow)
        _ = try await book.held(request())
        let accounts = try await book.ledger.accounts(on: path, at: noon)
        #expect(accounts.map(\.limit) == [organization, project, own])
        #expect(accounts.map(\.held) == [70, 70, 70])
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func nobodyAsksMoreAtOnceOrTooManyBecauseOfIt() async throws {
        let book = try await LedgerFixture()
        try await book.limit(100, per: .perRequest, scope: .request, subject: "acme")
        try await book.limit(1, .concurrent, per: .lifetime)
        try await book.grant(1000, until: tomorrow)
        #expect(try await book.refusal(LedgerFixture.request(prompt: 101)).window == .perRequest)
        _ = try await book.held(LedgerFixture.request(prompt: 10, reply: 10))
        #expect(try await book.refusal(LedgerFixture.request(prompt: 10, reply: 10)).meter == .concurrent)
    }

    @Test func whatIsReleasedFlowsBackIntoThePot() async throws {
        let book = try await LedgerFixture()
        try await book.limit(100)
        try await book.grant(500, until: tomorrow)
        let (request, _) = try await book.held(LedgerFixture.request(prompt: 300, reply: 100))
        try await book.ledger.release(request)
        #expect(try await book.balance() == [0, 0, 600])
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func aWorkerThatComesBackChargesThePotNoSecondTime() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        try await book.grant(250, until: tomorrow)
        let (request, _) = try await book.held(LedgerFixture.request(prompt: 200, reply: 300))
        let later = noon.advanced(bySeconds: 61)
        _ = try await book.ledger.reap(at: later)
        #expect(try await book.pots(at: later)[0].used == 200)
        _ = try await book.ledger.settle(request, as: .finished(prompt: 200, completion: 120), at: later)
        // What the pot no longer held for it may have gone to others.
        #expect(try await book.pots(at: later)[0].used == 200)
        #expect(try await book.balance(at: later) == [120, 0, 930])
        #expect(try await book.database.discrepancies() == [])
    }

    private func pot(_ book: LedgerFixture, used: Int64) async throws -> Pot {
        Pot(grant: try await book.pots()[0].grant, used: used)
    }
}
