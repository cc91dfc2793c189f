import Core
import GateTestSupport
import Testing

@testable import Store

extension TestSite {
    /// A second model, which answers instead of `small` where a limit leaves no room for that.
    func addFallback(_ name: String = "tiny") async throws {
        let small = try await model()
        let fallback = try await store.models.create(
            Model.Settings(
                name: name, upstream: small.settings.upstream, upstreamModel: "demo-\(name)", contextWindow: 100_000,
                maxReplyTokens: 4_000, tiers: small.settings.tiers), by: .program)
        var settings = small.settings
        settings.fallback = fallback.id
        _ = try await store.models.change(small.id, to: settings, by: .program)
    }

    /// A limit on the tokens that each person of the tier may spend on `small` in a day.
    func limitSmall(to amount: Int64) async throws {
        let limit = Limit(
            scope: .tier, subject: try await standard().id.rawValue,
            model: try await store.models.all().first { $0.name == "small" }?.id, meter: .tokens, window: .day,
            amount: amount)
        try await store.database.write { session in
            try session.execute(
                """
                INSERT INTO quota_limit (id, scope, subject, model, meter, time_window, amount)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """, limit.id, limit.scope, limit.subject, limit.model, limit.meter, limit.window, limit.amount)
        }
    }

    /// A reply of the model came to its end before: from now on less than the whole is held at first.
    func noteReply(of model: ModelID) async throws {
        try await store.database.write { session in
            try session.execute("INSERT INTO reply_history (person, model, recent) VALUES ('', $1, '40')", model)
        }
    }

    /// Who finds all of a limit held by others waits until one of them is done.
    func waitForHolds() async throws {
        var organization = try await store.organizations.current()
        organization.queue.waitsForHolds = true
        try await store.organizations.change(to: organization, by: .program)
    }
}

extension TestSite {
    /// Where requests are let in at a pace, the next one's turn is in a minute.
    func holdBackPace() async throws {
        let until = clock.now().advanced(bySeconds: 59)
        try await store.database.write { session in
            try session.execute("UPDATE account SET paced_until = $1", until)
        }
    }
}
