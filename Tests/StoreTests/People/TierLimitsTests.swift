import Core
import Testing

@testable import Store

/// What an admin sets and what the ledger lets in are the same.
struct TierLimitsTests {
    let temporary: TemporaryStore
    let other: SQLStore
    let person: Person
    let tier: Tier

    init() async throws {
        temporary = try await TemporaryStore()
        other = try await SQLStore.open(path: temporary.file.path, time: temporary.clock)
        tier = try await temporary.store.tiers.create(
            Tier.Settings(
                name: "Guests", maxPromptTokens: 1_000, maxReplyTokens: 1_000,
                allowance: Tier.Allowance(tokensPerDay: 100)), by: temporary.actor)
        person = try await temporary.addPerson("p@example.org", in: tier)
    }

    @Test func editIsFeltByTheNextHoldInAnotherWorker() async throws {
        #expect(try await available() == 100)
        var settings = tier.settings
        settings.allowance.tokensPerDay = 250
        _ = try await temporary.store.tiers.change(tier.id, to: settings, by: temporary.actor)
        #expect(try await available() == 250)
    }

    @Test func grantIsFeltUntilItExpiresOrIsRevoked() async throws {
        let draft = Grant.Draft(
            amount: 30, reason: "thesis", expiresAt: temporary.clock.now().advanced(bySeconds: 60))
        let grant = try await temporary.store.grants.add(draft, to: .person(person.id), by: temporary.actor)
        #expect(try await available() == 130)
        try await temporary.store.grants.revoke(grant.id, by: temporary.actor)
        #expect(try await available() == 100)
        _ = try await temporary.store.grants.add(draft, to: .person(person.id), by: temporary.actor)
        temporary.clock.advance(seconds: 60)
        #expect(try await available() == 100)
    }

    @Test func previewCountsWhatIsHeld() async throws {
        let request = HoldRequest(
            requestID: .random(), owner: "w", origin: Origin(path: path, modelAsked: "small"),
            demand: Demand(promptTokens: 30, replyCap: 20), leaseUntil: temporary.clock.now().advanced(bySeconds: 30))
        _ = try await other.ledger.hold(request, at: temporary.clock.now())
        var settings = tier.settings
        settings.allowance.tokensPerDay = 51
        #expect(try await temporary.store.tiers.preview(tier.id, changedTo: settings).stopped.isEmpty)
        settings.allowance.tokensPerDay = 50
        #expect(try await temporary.store.tiers.preview(tier.id, changedTo: settings).stopped == [person.id])
    }

    private var path: QuotaPath {
        QuotaPath(organization: person.organization, tier: tier.id, person: person.id, model: .random())
    }

    private func available() async throws -> Int64 {
        let accounts = try await other.ledger.accounts(on: path, at: temporary.clock.now())
        return try #require(accounts.first).available
    }
}
