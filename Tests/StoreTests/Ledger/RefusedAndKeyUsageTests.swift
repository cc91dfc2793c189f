import Core
import Testing

@testable import Store

/// What the usage page says beside people and models.
struct RefusedAndKeyUsageTests {
    private static let day = (from: Timestamp.start, to: Timestamp.start.advanced(bySeconds: 3600))

    private static func path(key: String?, project: String? = nil) -> QuotaPath {
        var path = LedgerFixture.path()
        path.key = key.map(APIKeyID.init)
        path.project = project.map(ProjectID.init)
        return path
    }

    @Test func refusalsAddUpToWhatTheySpared() async throws {
        let ledger = try await LedgerFixture()
        let limit = try await ledger.limit(150)
        let shadow = try await ledger.limit(10, per: .week, mode: .shadow)
        let tariff = Tariff(promptNanodollarsPerMillion: 1_000_000, completionNanodollarsPerMillion: 2_000_000)
        _ = try await ledger.refusal(LedgerFixture.request(prompt: 200, tariff: tariff))
        _ = try await ledger.refusal(LedgerFixture.request(prompt: 300, tariff: tariff))
        _ = try await ledger.held(LedgerFixture.request(prompt: 20, reply: 10))
        let refused = try await ledger.history.refusals(
            of: LedgerFixture.organization, .enforce, from: Self.day.from, to: Self.day.to)
        #expect(refused == [RefusedUsage(limit: limit.id, requests: 2, tokens: 700, cost: 900)])
        let noted = try await ledger.history.refusals(
            of: LedgerFixture.organization, .shadow, from: Self.day.from, to: Self.day.to)
        #expect(noted.map(\.limit) == [shadow.id] && noted[0].requests == 1 && noted[0].tokens == 30)
        let earlier = try await ledger.history.refusals(
            of: LedgerFixture.organization, .enforce, from: Timestamp(milliseconds: 0), to: Self.day.from)
        #expect(earlier.isEmpty)
    }

    @Test func whatKeysUseIsFiledUnderTheProjectThatTheyHadThen() async throws {
        let ledger = try await LedgerFixture()
        try await ledger.addKey("k1")
        let uses: [(project: String?, completion: Int64)] = [(nil, 10), ("p1", 20), ("p1", 30)]
        for (project, completion) in uses {
            let (id, _) = try await ledger.held(LedgerFixture.request(path: Self.path(key: "k1", project: project)))
            _ = try await ledger.ledger.settle(id, as: .finished(completion: completion), at: .start)
        }
        let (chat, _) = try await ledger.held()
        _ = try await ledger.ledger.settle(chat, as: .finished(), at: .start)
        let keys = try await ledger.history.keys(
            of: LedgerFixture.organization, from: Self.day.from, to: Self.day.to)
        #expect(keys.map(\.project) == [ProjectID(rawValue: "p1"), nil])
        #expect(keys.map(\.totals.requests) == [2, 1] && keys.map(\.totals.completionTokens) == [50, 10])
        #expect(keys.allSatisfy { $0.name == "Laptop" })
    }

    @Test func theSumsOfKeysAreMadeUpForWhatWasUsedBeforeThereWereAny() async throws {
        let ledger = try await LedgerFixture()
        try await ledger.addKey("k1")
        let (id, _) = try await ledger.held(LedgerFixture.request(path: Self.path(key: "k1", project: "p1")))
        _ = try await ledger.ledger.settle(id, as: .finished(), at: .start)
        let kept = try await ledger.keySums()
        try await ledger.database.write { session in
            try session.run(script: "DROP TABLE key_usage_slot; DROP INDEX account_by_reset;")
            try session.run(script: Migration.programs.sql)
        }
        #expect(try await ledger.keySums() == kept && kept.count == 1)
    }
}

extension LedgerFixture {
    fileprivate func addKey(_ id: String) async throws {
        try await database.write { session in
            try session.execute(
                "INSERT INTO tier (id, organization, name, audience, max_prompt_tokens, max_reply_tokens, created_at) VALUES ($1, $2, 'Free', '', 1, 1, 0)",
                Self.tier, Self.organization)
            try session.execute(
                """
                INSERT INTO person (id, organization, tier, email, display_name, is_admin, created_at, search_text, sort_name)
                VALUES ('ada', $1, $2, 'ada@example.org', 'Ada', 0, 0, '', '')
                """, Self.organization, Self.tier)
            try session.execute(
                """
                INSERT INTO api_key (id, secret_hash, beginning, person, name, created_at)
                VALUES ($1, $1, 'slk_', 'ada', 'Laptop', 0)
                """, id)
        }
    }

    fileprivate func keySums() async throws -> [[SQLValue]] {
        try await database.read { session in try session.rows("SELECT * FROM key_usage_slot").map(\.values) }
    }
}
