import Core

/// The forecast reads much and changes little: it is made on a snapshot, and only what follows from it is written, if no
/// other worker has meanwhile done the same.
struct SQLElasticLimits: ElasticLimits {
    let database: any SQLDatabase
    let time: any TimeSource

    func adjust() async throws -> [LimitChange] {
        let now = time.now()
        let adjustments = try await database.read { session in try session.adjustments(at: now) }
        guard let adjustments else { return [] }
        return try await database.write { session in
            guard try session.take(.elasticLimits, at: now) else { return [] }
            return try adjustments.compactMap { try session.apply($0, at: now) }
        }
    }

    func changes(of limit: Limit.ID, count: Int) async throws -> [LimitChange] {
        try await database.read { session in
            try session.rows(
                "SELECT * FROM limit_change WHERE limit_id = $1 ORDER BY at DESC, id DESC LIMIT $2", limit,
                count.asLimit
            ).map { row in
                LimitChange(
                    limit: limit, at: try row["at"], before: try row["amount_before"], after: try row["amount_after"],
                    reason: try row["reason"])
            }
        }
    }
}

/// A limit that is not where the forecast lets it be.
private struct Adjustment: Sendable {
    let limit: Limit
    /// What the limit's subject is called.
    let subjectName: String
    let raise: Int64?
    let outlook: Outlook?
}

extension Duty {
    fileprivate static let elasticLimits = Duty(name: "elastic limits", everySeconds: 60)
}

extension SQLSession {
    // MARK: On a snapshot

    /// What is to be changed; nil when it is not the time for it.
    fileprivate func adjustments(at now: Timestamp) throws -> [Adjustment]? {
        guard try isDue(.elasticLimits, at: now) else { return nil }
        let rows = try rows(
            """
            SELECT \(Limit.columns), \(Limit.subjectName) AS subject_name FROM quota_limit l
             WHERE l.elastic_ceiling IS NOT NULL AND l.retired_at IS NULL ORDER BY l.id
            """)
        guard !rows.isEmpty else { return nil }
        let outlooks = try outlooks(at: now)
        return try rows.compactMap { row in
            let limit = try Limit(row)
            let outlook = limit.outlook(among: outlooks)
            let raise = limit.raise(byForecast: outlook?.sharePartsPerMillion)
            guard raise != limit.raisedTo else { return nil }
            return Adjustment(
                limit: limit, subjectName: try row["subject_name"] ?? limit.subject, raise: raise, outlook: outlook)
        }
    }

    private func outlooks(at now: Timestamp) throws -> [Outlook] {
        try sharedAccounts([.organization], ledgerRules(), at: now).map(\.account).compactMap { account in
            guard account.limit.mode == .enforce, let forecast = try forecast(of: account, at: now) else { return nil }
            return Outlook(limit: account.limit, sharePartsPerMillion: forecast.share(seenAt: now))
        }
    }

    /// Nil for windows that nothing is forecast of.
    private func forecast(of account: Account, at now: Timestamp) throws -> Forecast? {
        guard let hours = Forecast.recentHours(for: account.limit.window), let end = account.resetsAt else {
            return nil
        }
        return Forecast(
            amount: account.amount, taken: account.taken, start: account.windowStart, end: end,
            recent: try used(since: now.advanced(bySeconds: -hours * 3600), to: now, by: account.limit),
            recentHours: hours,
            previous: try previousWindows(of: account, until: end))
    }

    /// Windows in which nothing was used have no account; those long ago say nothing of today.
    private func previousWindows(of account: Account, until end: Timestamp) throws -> [Int64] {
        let length = end.milliseconds - account.windowStart.milliseconds
        let reach = Timestamp(
            milliseconds: account.windowStart.milliseconds - 2 * Int64(Forecast.previousWindows) * length)
        return try rows(
            """
            SELECT used FROM account
             WHERE limit_id = $1 AND holder = $2 AND window_start < $3 AND window_start >= $4
             ORDER BY window_start DESC LIMIT $5
            """, account.limit.id, account.holder, account.windowStart, reach, Forecast.previousWindows
        ).map { try $0["used"] }
    }

    /// What requests that were let in since then took from `limit`, by the weights and prices of today.
    private func used(since moment: Timestamp, to now: Timestamp, by limit: Limit) throws -> Int64 {
        let rows = try rows(
            """
            SELECT m.*, s.* FROM model m JOIN
                (SELECT model, SUM(requests) AS requests, SUM(prompt_tokens) AS prompt_tokens,
                        SUM(completion_tokens) AS completion_tokens,
                        SUM(cached_prompt_tokens) AS cached_prompt_tokens, SUM(reasoning_tokens) AS reasoning_tokens,
                        SUM(cost) AS cost
                   FROM usage_slot WHERE organization = $1 AND slot BETWEEN $2 AND $4 GROUP BY model) s ON s.model = m.id
             WHERE $3 = '' OR m.id = $3
            """, limit.subject, moment.slot, limit.model?.rawValue ?? "", now.slot)
        return try rows.reduce(0) { $0.addingClamped(try limit.meter.taken(by: $1)) }
    }

    // MARK: In one transaction

    /// Nothing, if an admin has meanwhile changed the limit.
    fileprivate func apply(_ adjustment: Adjustment, at now: Timestamp) throws -> LimitChange? {
        let limit = adjustment.limit
        let changed = try execute(
            """
            UPDATE quota_limit SET raised_to = $2
             WHERE id = $1 AND amount = $3 AND elastic_ceiling = $4 AND raised_to IS NOT DISTINCT FROM $5
               AND retired_at IS NULL
            """, limit.id, adjustment.raise, limit.amount, limit.elasticCeiling, limit.raisedTo)
        let (before, after) = (limit.raisedAmount, adjustment.raise ?? limit.amount)
        guard changed == 1, before != after else { return nil }
        let change = LimitChange(
            limit: limit.id, at: now, before: before, after: after,
            reason: limit.reason(forAmount: after, by: adjustment.outlook))
        try note(change, named: "\(adjustment.subjectName): \(limit.phrase)")
        return change
    }

    private func note(_ change: LimitChange, named name: String) throws {
        try execute(
            """
            INSERT INTO limit_change (limit_id, at, amount_before, amount_after, reason) VALUES ($1, $2, $3, $4, $5)
            """, change.limit, change.at, change.before, change.after, change.reason)
        try AuditTrail(session: self, actor: .program, now: change.at).note(
            .limitAdjusted, of: change.limit.rawValue, named: name, before: AuditedAmount(amount: change.before),
            after: AuditedAmount(amount: change.after, reason: change.reason))
    }
}

private struct AuditedAmount: Encodable {
    var amount: Int64
    var reason: String?
}

extension Limit.Meter {
    /// - Parameter row: sums of usage beside the model's tariff.
    fileprivate func taken(by row: SQLRow) throws -> Int64 {
        switch self {
        case .requests: return try row["requests"]
        case .cost: return try row["cost"]
        case .concurrent: return 0
        case .tokens, .promptTokens, .completionTokens:
            let usage = Usage(
                promptTokens: try row["prompt_tokens"], completionTokens: try row["completion_tokens"],
                cachedPromptTokens: try row["cached_prompt_tokens"],
                reasoningTokens: try row["reasoning_tokens"], source: .counted)
            return try Tariff(row).charge(self, for: usage)
        }
    }
}
