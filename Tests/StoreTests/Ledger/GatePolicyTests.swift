import Core
import Testing

@testable import Store

struct GatePolicyTests {
    private let file: TemporaryDatabase
    private let database: SQLiteDatabase

    init() async throws {
        (file, database) = try await Self.filled()
    }

    @Test func aRouteCarriesTheBoundsOfTierAndModel() async throws {
        let route = try await route(of: "ada", to: "Small")
        #expect(route.path == LedgerFixture.path("ada", model: "small"))
        #expect(route.endpoint == UpstreamEndpoint(baseURL: "http://localhost/v1", apiKey: "secret"))
        #expect(route.meteredModel == MeteredModel(name: "demo-small", encoding: "o200k_base"))
        #expect(route.bounds.maxPromptTokens == 3000)
        #expect(route.bounds.maxReplyTokens == 500)
        #expect(route.bounds.contextWindow == 8000)
        #expect(route.tariff.cachedPromptNanodollarsPerMillion == 1)
        #expect(route.disconnectPolicy == .cancel(graceSeconds: 10))
    }

    @Test(arguments: [
        ("eve", "Small", GateError.personDisabled), ("nobody", "Small", .personDisabled),
        ("ada", "Imaginary", .unknownModel("Imaginary")), ("ada", "Retired", .unknownModel("Retired")),
        ("ada", "Large", .modelNotInTier("Large")),
    ])
    func whoMayNotIsTold(person: String, model: String, error: GateError) async throws {
        await #expect(throws: error) { try await route(of: person, to: model) }
    }

    @Test func anEditIsFeltByTheNextPrompt() async throws {
        let other = try file.open()
        try await other.write { try $0.run(script: "UPDATE tier SET disconnect_grace_seconds = NULL") }
        #expect(try await route(of: "ada", to: "Small").disconnectPolicy == .drain)
        try await other.write { try $0.run(script: "DELETE FROM tier_model") }
        await #expect(throws: GateError.modelNotInTier("Small")) { try await route(of: "ada", to: "Small") }
    }

    private func route(of person: String, to model: String) async throws -> Route {
        try await SQLGatePolicy(database: database).route(of: PersonID(rawValue: person), to: model)
    }

    private static func filled() async throws -> (TemporaryDatabase, SQLiteDatabase) {
        let file = try TemporaryDatabase()
        let database = try await file.migrated()
        try await database.write { session in
            try session.addOrganization(LedgerFixture.organization, timeZone: "UTC")
            try session.run(
                script: """
                    INSERT INTO tier (id, organization, name, audience, max_prompt_tokens, max_reply_tokens,
                        disconnect_grace_seconds, is_retired, created_at) VALUES
                        ('free', 'acme', 'Free', '', 3000, 4000, 10, 0, 0);
                    INSERT INTO upstream VALUES ('demo', 'acme', 'Demo', 'http://localhost/v1', 'secret', 0);
                    INSERT INTO model (id, organization, name, upstream, upstream_model, encoding, context_window,
                        max_reply_tokens, prompt_price, completion_price, cached_prompt_price, weight_ppm, is_retired,
                        created_at) VALUES
                        ('small', 'acme', 'Small', 'demo', 'demo-small', 'o200k_base', 8000, 500, 3, 2, 1, 1000000, 0, 0),
                        ('large', 'acme', 'Large', 'demo', 'demo-large', NULL, 8000, 500, 3, 2, 1, 1000000, 0, 0),
                        ('old', 'acme', 'Retired', 'demo', 'demo-old', NULL, 8000, 500, 3, 2, 1, 1000000, 1, 0);
                    INSERT INTO tier_model VALUES ('free', 'small'), ('free', 'old');
                    INSERT INTO person (id, organization, tier, email, display_name, search_text, sort_name, is_disabled,
                                        created_at)
                    VALUES ('ada', 'acme', 'free', 'ada@example.org', 'Ada', '', '', 0, 0),
                           ('eve', 'acme', 'free', 'eve@example.org', 'Eve', '', '', 1, 0);
                    """)
        }
        return (file, database)
    }
}
