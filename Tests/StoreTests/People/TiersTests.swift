import Core
import Testing

@testable import Store

struct TiersTests {
    let temporary: TemporaryStore
    var tiers: any Tiers { temporary.store.tiers }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    static func settings(_ name: String, tokensPerDay: Int64? = 1_000) -> Tier.Settings {
        Tier.Settings(
            name: name, audience: "Guests", maxPromptTokens: 500, maxReplyTokens: 200, disconnect: .drain,
            allowance: Tier.Allowance(tokensPerDay: tokensPerDay, requestsPerMinute: 3, concurrentRequests: 1))
    }

    @Test func tierReturnsAsItWasSet() async throws {
        let model = try await temporary.addModel("small", in: [])
        var settings = Self.settings("Guests")
        settings.models = [model.id]
        let tier = try await tiers.create(settings, by: temporary.actor)
        #expect(tier.settings == settings)
        #expect(try await tiers.tier(tier.id) == tier)
        settings.disconnect = .cancel(graceSeconds: 5)
        settings.models = []
        settings.allowance = Tier.Allowance(tokensPerHour: 0, tokensPerMonth: 7)
        #expect(try await tiers.change(tier.id, to: settings, by: temporary.actor).settings == settings)
        #expect(try await tiers.tier(tier.id)?.settings == settings)
    }

    @Test func everythingWrongIsNamedAtOnce() async throws {
        var settings = Self.settings(" ", tokensPerDay: -1)
        settings.maxPromptTokens = 0
        settings.allowance.concurrentRequests = .max
        let flaws = await #expect(throws: Flaws.self) { try await tiers.create(settings, by: temporary.actor) }
        #expect(
            Set(flaws?.all.map(\.field) ?? []) == ["name", "tokensPerDay", "maxPromptTokens", "concurrentRequests"])
    }

    @Test func tierWithoutAnyTokenLimitIsRefused() async throws {
        await #expect(throws: Flaws([Flaw("tokensPerMonth", .missing)])) {
            try await tiers.create(Self.settings("Endless", tokensPerDay: nil), by: temporary.actor)
        }
    }

    @Test func nameOfAnotherTierIsTakenAndUnknownModelsAreRefused() async throws {
        var settings = Self.settings("Standard")
        settings.models = [.random()]
        await #expect(throws: Flaws([Flaw("name", .taken), Flaw("models", .unknown)])) {
            try await tiers.create(settings, by: temporary.actor)
        }
    }

    @Test func copyTakesTheNextFreeName() async throws {
        let first = try await tiers.duplicate(temporary.standard.id, by: temporary.actor)
        let second = try await tiers.duplicate(temporary.standard.id, by: temporary.actor)
        #expect([first.name, second.name] == ["Standard 2", "Standard 3"])
        #expect(first.settings.allowance == temporary.standard.settings.allowance)
    }

    @Test func limitThatIsTakenAwayAndSetAgainRemembersWhatWasUsed() async throws {
        let tier = try await tiers.create(Self.settings("Guests"), by: temporary.actor)
        let before = try await dayLimit(of: tier)
        var settings = tier.settings
        settings.allowance = Tier.Allowance(tokensPerHour: 5)
        _ = try await tiers.change(tier.id, to: settings, by: temporary.actor)
        settings.allowance = Tier.Allowance(tokensPerDay: 9)
        _ = try await tiers.change(tier.id, to: settings, by: temporary.actor)
        #expect(try await dayLimit(of: tier) == before)
        #expect(try await tiers.tier(tier.id)?.settings.allowance == Tier.Allowance(tokensPerDay: 9))
    }

    @Test func retiredTierIsListedLastAndCanReturn() async throws {
        _ = try await tiers.create(Self.settings("Zoo"), by: temporary.actor)
        try await tiers.setRetired(true, temporary.standard.id, by: temporary.actor)
        #expect(try await tiers.all().map(\.name) == ["Zoo", "Standard"])
        try await tiers.setRetired(false, temporary.standard.id, by: temporary.actor)
        #expect(try await tiers.all().map(\.name) == ["Standard", "Zoo"])
    }

    @Test func previewSaysWhomAChangeTouchesAndStops() async throws {
        let tier = try await tiers.create(Self.settings("Guests"), by: temporary.actor)
        let near = try await temporary.addPerson("near@example.org", in: tier)
        let gifted = try await temporary.addPerson("gifted@example.org", in: tier)
        let gone = try await temporary.addPerson("gone@example.org", in: tier)
        _ = try await temporary.addPerson("fresh@example.org", in: tier)
        try await temporary.store.people.setDisabled(true, gone.id, by: temporary.actor)
        _ = try await temporary.store.grants.add(
            Grant.Draft(
                amount: 500, reason: "thesis", expiresAt: Timestamp.start.advanced(bySeconds: 60)),
            to: .person(gifted.id), by: temporary.actor)
        for person in [near, gifted, gone] { try await use(600, of: dayLimit(of: tier), by: person) }

        var settings = tier.settings
        settings.allowance.tokensPerDay = 601
        #expect(try await tiers.preview(tier.id, changedTo: settings) == TierPreview(people: 3, stopped: []))
        settings.allowance.tokensPerDay = 600
        #expect(try await tiers.preview(tier.id, changedTo: settings) == TierPreview(people: 3, stopped: [near.id]))
        #expect(try await tiers.tier(tier.id)?.settings == tier.settings)
    }

    @Test func limitsOfTheTierAreWhatTheLedgerReads() async throws {
        let tier = try await tiers.create(Self.settings("Guests"), by: temporary.actor)
        let rows: [String] = try await temporary.store.database.read { session in
            try session.rows(
                """
                SELECT meter || ' ' || time_window || ' ' || amount AS words FROM quota_limit
                WHERE scope = 'tier' AND subject = $1 AND retired_at IS NULL ORDER BY words
                """, tier.id
            ).map { try $0["words"] }
        }
        #expect(rows == ["concurrent lifetime 1", "requests minute 3", "tokens day 1000"])
    }

    private func dayLimit(of tier: Tier) async throws -> String {
        try await temporary.store.database.read { session in
            try session.onlyRow(
                "SELECT id FROM quota_limit WHERE subject = $1 AND meter = 'tokens' AND time_window = 'day'", tier.id)[
                    "id"]
        }
    }

    private func use(_ tokens: Int64, of limit: String, by person: Person) async throws {
        let start = Timestamp.start.milliseconds
        try await temporary.execute(
            """
            INSERT INTO account (limit_id, holder, window_start, resets_at, used, held)
            VALUES ('\(limit)', '\(person.id)', \(start), \(start + 1), \(tokens - 1), 1)
            """)
    }
}
