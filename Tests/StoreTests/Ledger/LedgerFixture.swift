public import Core
import Testing

@testable import Store

/// A real ledger in a file of its own: one organization in Berlin, and whatever limits a test adds.
struct LedgerFixture {
    let file: TemporaryDatabase
    let database: SQLiteDatabase
    var ledger: SQLLedger { SQLLedger(database: database) }
    var history: SQLUsageHistory { SQLUsageHistory(database: database) }

    static let organization = OrganizationID(rawValue: "acme")
    static let tier = TierID(rawValue: "free")

    init() async throws {
        file = try TemporaryDatabase()
        database = try await file.migrated()
        try await database.write { session in
            try session.addOrganization(Self.organization, timeZone: "Europe/Berlin")
        }
    }

    /// The ledger as another worker has it.
    func anotherWorker() throws -> SQLLedger { SQLLedger(database: try file.open()) }

    // MARK: Limits

    @discardableResult
    func limit(
        _ amount: Int64, _ meter: Limit.Meter = .tokens, per window: Window = .day, scope: Limit.Scope = .tier,
        subject: String = tier.rawValue, model: ModelID? = nil, refill: Int64? = nil, mode: Limit.Mode = .enforce,
        schedule: [ScheduleRule] = [], pressure: Pressure? = nil
    ) async throws -> Limit {
        let limit = Limit(
            scope: scope, subject: subject, model: model, meter: meter, window: window, amount: amount, refill: refill,
            mode: mode, schedule: schedule, pressure: pressure)
        try await store(limit)
        return limit
    }

    func store(_ limit: Limit) async throws {
        try await database.write { session in
            try session.execute(
                """
                INSERT INTO quota_limit (id, scope, subject, model, meter, time_window, amount, refill, mode, schedule,
                                         pressure, elastic_ceiling, raised_to)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, mode = excluded.mode
                """,
                limit.id, limit.scope, limit.subject, limit.model, limit.meter, limit.window, limit.amount,
                limit.refill, limit.mode, limit.schedule.isEmpty ? nil : StoredJSON.text(limit.schedule),
                limit.pressure.map { try StoredJSON.text($0) }, limit.elasticCeiling, limit.raisedTo)
        }
    }

    @discardableResult
    func grant(
        _ amount: Int64, _ meter: Limit.Meter = .tokens, to holder: Grant.Holder = .person(PersonID(rawValue: "ada")),
        until expiry: Timestamp
    ) async throws -> Grant {
        let grant = Grant(
            holder: holder, meter: meter, amount: amount, reason: "a deadline", createdAt: .start, expiresAt: expiry)
        try await database.write { session in try session.insert(grant) }
        return grant
    }

    func pots(of path: QuotaPath = path(), at now: Timestamp = .start) async throws -> [Pot] {
        try await database.read { session in try session.pots(on: path, at: now) }
    }

    // MARK: Requests

    /// A reply of the model came to its end before: from now on less than the whole is held at first.
    func noteReply() async throws {
        try await database.write { session in
            try session.execute("INSERT INTO reply_history (person, model, recent) VALUES ('', 'small', '40')")
        }
    }

    static func path(_ person: String = "ada", project: String? = nil, model: String = "small") -> QuotaPath {
        QuotaPath(
            organization: organization, project: project.map(ProjectID.init(rawValue:)), tier: tier,
            person: PersonID(rawValue: person), model: ModelID(rawValue: model))
    }

    /// A project with this priority, called like it.
    func project(_ priority: Priority) async throws {
        let project = Project(
            id: ProjectID(rawValue: priority.rawValue), organization: Self.organization, name: priority.rawValue,
            priority: priority, createdAt: .start)
        try await database.write { session in try session.insert(project) }
    }

    func rules(_ rules: [AlertRule], queue: QueueBounds = QueueBounds()) async throws {
        try await database.write { session in
            try session.execute(
                """
                UPDATE organization SET alert_rules = $1, queue_length = $2, queue_seconds = $3, waits_for_holds = $4
                """, StoredJSON.text(rules), queue.length, queue.seconds, queue.waitsForHolds)
        }
    }

    static func request(
        prompt: Int64 = 100, reply: Int64 = 100, minimum: Int64 = 1, tariff: Tariff = Tariff(),
        path: QuotaPath = path(), conversation: ConversationID? = nil, expecting expectedReply: Int64? = nil,
        mayWait: Bool = false, at now: Timestamp = .start
    ) -> HoldRequest {
        HoldRequest(
            requestID: .random(), owner: "worker-1",
            origin: Origin(path: path, modelAsked: path.model.rawValue, conversation: conversation),
            demand: Demand(
                promptTokens: prompt, replyCap: reply, minimumReply: minimum, expectedReply: expectedReply,
                tariff: tariff),
            leaseUntil: now.advanced(bySeconds: 60), mayWait: mayWait)
    }

    /// Holds a request that must fit.
    func held(_ request: HoldRequest = request(), at now: Timestamp = .start) async throws -> (RequestID, Allowance) {
        guard case .granted(let allowance) = try await ledger.hold(request, at: now) else { throw NotGranted() }
        return (request.requestID, allowance)
    }

    func refusal(_ request: HoldRequest = request(), at now: Timestamp = .start) async throws -> Refusal {
        guard case .refused(let refusal) = try await ledger.hold(request, at: now) else { throw NotRefused() }
        return refusal
    }

    struct NotGranted: Error {}
    struct NotRefused: Error {}

    /// Used, held and available of the only limit that concerns `path`.
    func balance(of path: QuotaPath = path(), at now: Timestamp = .start) async throws -> [Int64] {
        let accounts = try await ledger.accounts(on: path, at: now)
        let account = try #require(accounts.first)
        return [account.used, account.held, account.available]
    }
}

extension Ledger {
    /// Settles whatever has expired by now.
    func reap(at now: Timestamp) async throws -> [Settlement] {
        try await reap(try await expiredLeases(at: now), at: now)
    }
}

extension Ending {
    static func finished(prompt: Int64 = 100, completion: Int64 = 50, cached: Int64 = 0) -> Ending {
        Ending(
            usage: Usage(
                promptTokens: prompt, completionTokens: completion, cachedPromptTokens: cached, source: .reported),
            outcome: .finished)
    }
}

extension SQLSession {
    func addOrganization(_ organization: OrganizationID, timeZone: String) throws {
        try execute(
            """
            INSERT INTO organization (id, name, time_zone, week_start, reset_hour, created_at)
            VALUES ($1, 'Acme', $2, 1, 0, 0)
            """, organization, timeZone)
    }
}

extension SQLiteDatabase {
    /// What `sluice verify` finds, but for leases: tests move the clock past them.
    func discrepancies() async throws -> [String] {
        let report = try await SQLVerification(database: self).verify(at: .start)
        return report.results.flatMap(\.told).filter { $0.what != "lease" }.map {
            "\($0.row): \($0.what) is \($0.stored), expected \($0.expected)"
        }
    }
}
