import Core
import Testing

@testable import Store

/// A key's own limits, as the ledger of another worker holds requests to them.
struct KeyLimitsTests {
    let temporary: TemporaryStore
    let other: SQLStore
    let person: Person
    let key: APIKey
    var me: Actor { .person(person.id) }

    init() async throws {
        temporary = try await TemporaryStore()
        other = try await SQLStore.open(path: temporary.file.path, time: temporary.clock)
        person = try await temporary.addPerson("p@example.org")
        key = try await temporary.store.keys.create(
            .init(name: "laptop", allowance: .init(tokensPerDay: 100, requestsPerMinute: 2)), secret: .random(),
            for: person.id, by: .person(person.id))
    }

    @Test func keyStopsAtItsOwnLimitAndItsPersonDoesNot() async throws {
        #expect(try await hold(60, with: key.id) == nil)
        let refusal = try #require(try await hold(60, with: key.id))
        #expect(refusal.scope == .key && refusal.meter == .tokens && refusal.window == .day)
        #expect(refusal.held == 60 && refusal.available == 40)
        #expect(try await hold(60, with: nil) == nil)
        let unlimited = try await temporary.store.keys.create(
            .init(name: "desk"), secret: .random(), for: person.id, by: me)
        #expect(try await hold(60, with: unlimited.id) == nil)
    }

    @Test func whatAKeyTakesIsTakenFromItsPersonToo() async throws {
        let before = try #require(try await available(.tier, with: nil))
        _ = try await hold(60, with: key.id)
        #expect(try await available(.tier, with: nil) == before - 60)
        #expect(try await available(.key, with: key.id) == 40)
    }

    @Test func requestsOfAMinuteAreCounted() async throws {
        for _ in 1...2 { #expect(try await hold(1, with: key.id) == nil) }
        let refusal = try #require(try await hold(1, with: key.id))
        #expect(refusal.scope == .key && refusal.meter == .requests && refusal.window == .minute)
        temporary.clock.advance(seconds: 60)
        #expect(try await hold(1, with: key.id) == nil)
    }

    @Test func aChangedLimitIsFeltByTheNextHoldAndForgetsNothing() async throws {
        _ = try await hold(60, with: key.id)
        try await change(to: .init(tokensPerDay: 70))
        #expect(try await available(.key, with: key.id) == 10)
        try await change(to: .init())
        #expect(try await available(.key, with: key.id) == nil)
        #expect(try await hold(500, with: key.id) == nil)
        try await change(to: .init(tokensPerDay: 100))
        #expect(try await available(.key, with: key.id) == 40)
    }

    @Test func aRevokedKeysLimitsAreRetired() async throws {
        try await temporary.store.keys.revoke(key.id, of: person.id, by: me)
        let live: Int = try await temporary.store.database.read { [key] session in
            try session.onlyRow(
                "SELECT COUNT(*) AS live FROM quota_limit WHERE subject = $1 AND retired_at IS NULL", key.id)["live"]
        }
        #expect(live == 0)
    }

    private func change(to allowance: Tier.Allowance) async throws {
        var settings = key.settings
        settings.allowance = allowance
        _ = try await temporary.store.keys.change(key.id, of: person.id, to: settings, by: me)
    }

    private func path(with key: APIKeyID?) -> QuotaPath {
        QuotaPath(
            organization: person.organization, tier: person.tier, person: person.id, key: key, model: .random())
    }

    /// - Returns: why the request was refused; nil where it was let in.
    private func hold(_ tokens: Int64, with key: APIKeyID?) async throws -> Refusal? {
        let now = temporary.clock.now()
        let request = HoldRequest(
            requestID: .random(), owner: "w", origin: Origin(path: path(with: key), modelAsked: "small"),
            demand: Demand(promptTokens: tokens - 1, replyCap: 1), leaseUntil: now.advanced(bySeconds: 30))
        guard case .refused(let refusal) = try await other.ledger.hold(request, at: now) else { return nil }
        return refusal
    }

    /// Of the tokens of this day.
    private func available(_ scope: Limit.Scope, with key: APIKeyID?) async throws -> Int64? {
        try await other.ledger.accounts(on: path(with: key), at: temporary.clock.now())
            .first { $0.limit.scope == scope && $0.limit.meter == .tokens && $0.limit.window == .day }?.available
    }
}
