import Core

@testable import Store

/// A store with limits of every scope, on which the admin spends tokens.
struct LimitDesk {
    let temporary: TemporaryStore
    let model: Model
    let organization: OrganizationID

    init() async throws {
        temporary = try await TemporaryStore()
        // What the first tier comes with would only be in the way.
        try await temporary.execute("UPDATE quota_limit SET retired_at = 1")
        model = try await temporary.addModel("small", in: [temporary.standard.id])
        organization = temporary.admin.organization
    }

    func anotherWorker() async throws -> SQLStore {
        try await SQLStore.open(path: temporary.file.path, time: temporary.clock)
    }

    func setRules(_ rules: [AlertRule]) async throws {
        var organization = try await temporary.store.organizations.current()
        organization.alertRules = rules
        try await temporary.store.organizations.change(to: organization, by: temporary.actor)
    }

    @discardableResult
    func organizationLimit(
        _ amount: Int64, _ meter: Limit.Meter = .tokens, per window: Window = .day
    ) async throws -> Limit {
        try await limit(amount, meter, per: window, scope: .organization, subject: organization.rawValue)
    }

    @discardableResult
    func limit(
        _ amount: Int64, _ meter: Limit.Meter = .tokens, per window: Window = .day, scope: Limit.Scope,
        subject: String, ceiling: Int64? = nil
    ) async throws -> Limit {
        let limit = Limit(
            scope: scope, subject: subject, meter: meter, window: window, amount: amount, elasticCeiling: ceiling)
        try await temporary.store.database.write { session in
            try session.execute(
                """
                INSERT INTO quota_limit (id, scope, subject, meter, time_window, amount, elastic_ceiling)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                limit.id, limit.scope, limit.subject, limit.meter, limit.window, limit.amount, limit.elasticCeiling)
        }
        return limit
    }

    var path: QuotaPath {
        QuotaPath(
            organization: organization, tier: temporary.standard.id, person: temporary.admin.id, model: model.id)
    }

    /// A request of the admin that comes to so many tokens, now.
    func use(_ tokens: Int64) async throws {
        let request = try await hold(tokens)
        let usage = Usage(promptTokens: tokens - 1, completionTokens: 1, source: .reported)
        let now = temporary.clock.now()
        _ = try await temporary.store.ledger.settle(request, as: Ending(usage: usage, outcome: .finished), at: now)
    }

    @discardableResult
    func hold(_ tokens: Int64) async throws -> RequestID {
        let now = temporary.clock.now()
        let request = HoldRequest(
            requestID: .random(), owner: "worker", origin: Origin(path: path, modelAsked: "small"),
            demand: Demand(promptTokens: tokens - 1, replyCap: 1, minimumReply: 1, tariff: Tariff()),
            leaseUntil: now.advanced(bySeconds: 60))
        guard case .granted = try await temporary.store.ledger.hold(request, at: now) else { throw NotGranted() }
        return request.requestID
    }

    struct NotGranted: Error {}
}
