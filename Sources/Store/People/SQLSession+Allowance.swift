import Core

/// Whose allowance it is: what the limits that make it up name as their scope and subject.
struct AllowanceSubject {
    let scope: Limit.Scope
    let subject: String

    static func tier(_ id: TierID) -> Self { Self(scope: .tier, subject: id.rawValue) }
    static func key(_ id: APIKeyID) -> Self { Self(scope: .key, subject: id.rawValue) }
    static func project(_ id: ProjectID) -> Self { Self(scope: .project, subject: id.rawValue) }
}

/// Which limit of the ledger each part of an allowance is.
struct AllowancePart {
    let meter: Limit.Meter
    let window: Window

    static func all(of allowance: Project.Allowance) -> [(part: AllowancePart, amount: Int64?)] {
        [
            (AllowancePart(meter: .tokens, window: .day), allowance.tokensPerDay),
            (AllowancePart(meter: .tokens, window: .perRequest), allowance.tokensPerRequest),
        ]
    }

    static func all(of allowance: Tier.Allowance) -> [(part: AllowancePart, amount: Int64?)] {
        [
            (AllowancePart(meter: .tokens, window: .hour), allowance.tokensPerHour),
            (AllowancePart(meter: .tokens, window: .day), allowance.tokensPerDay),
            (AllowancePart(meter: .tokens, window: .month), allowance.tokensPerMonth),
            (AllowancePart(meter: .requests, window: .minute), allowance.requestsPerMinute),
            (AllowancePart(meter: .concurrent, window: .lifetime), allowance.concurrentRequests),
        ]
    }
}

/// An allowance is kept as limits of the scope `tier` or `key`, which the ledger reads inside each hold: an edit counts
/// for the next request in every worker.
extension SQLSession {
    func allowance(of subject: AllowanceSubject) throws -> Tier.Allowance {
        var allowance = Tier.Allowance()
        for row in try liveLimits(of: subject) {
            let amount: Int64 = try row["amount"]
            switch (try row["meter"] as Limit.Meter, try row["time_window"] as Window) {
            case (.tokens, .hour): allowance.tokensPerHour = amount
            case (.tokens, .day): allowance.tokensPerDay = amount
            case (.tokens, .month): allowance.tokensPerMonth = amount
            case (.requests, .minute): allowance.requestsPerMinute = amount
            case (.concurrent, .lifetime): allowance.concurrentRequests = amount
            default: break
            }
        }
        return allowance
    }

    func allowance(of project: ProjectID) throws -> Project.Allowance {
        var allowance = Project.Allowance()
        for row in try liveLimits(of: .project(project)) {
            switch (try row["meter"] as Limit.Meter, try row["time_window"] as Window) {
            case (.tokens, .day): allowance.tokensPerDay = try row["amount"]
            case (.tokens, .perRequest): allowance.tokensPerRequest = try row["amount"]
            default: break
            }
        }
        return allowance
    }

    func setAllowance(_ allowance: Tier.Allowance, of subject: AllowanceSubject, at now: Timestamp) throws {
        try set(AllowancePart.all(of: allowance), of: subject, at: now)
    }

    func setAllowance(_ allowance: Project.Allowance, of project: ProjectID, at now: Timestamp) throws {
        try set(AllowancePart.all(of: allowance), of: .project(project), at: now)
    }

    /// A limit that is changed, or taken away and set again, stays the same limit: what was used of it stays used.
    private func set(
        _ parts: [(part: AllowancePart, amount: Int64?)], of subject: AllowanceSubject, at now: Timestamp
    ) throws {
        for (part, amount) in parts {
            guard let limit = try limit(part, of: subject, liveOnly: false) else {
                if let amount { try insertLimit(part, of: subject, amount: amount) }
                continue
            }
            if let amount {
                // A ceiling up to which it may rise is never below it.
                try execute(
                    """
                    UPDATE quota_limit SET amount = $2, retired_at = NULL,
                        elastic_ceiling = CASE WHEN elastic_ceiling < $2 THEN $2 ELSE elastic_ceiling END
                     WHERE id = $1
                    """, limit, amount)
            } else {
                try execute("UPDATE quota_limit SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL", limit, now)
            }
        }
    }

    /// Those who have already taken what a new allowance gives in the running hour, day or month, grants included.
    func stopped(by allowance: Tier.Allowance, in tier: TierID, at now: Timestamp) throws -> [PersonID] {
        var stopped: Set<PersonID> = []
        for (part, amount) in AllowancePart.all(of: allowance) where part.meter == .tokens {
            guard let amount, let limit = try limit(part, of: .tier(tier), liveOnly: true) else { continue }
            let full = try rows(
                """
                SELECT account.holder AS holder
                FROM account JOIN person ON person.id = account.holder JOIN quota_limit l ON l.id = account.limit_id
                WHERE account.limit_id = $1 AND account.resets_at > $2
                    AND \(StoredAccount.hasBegun("account", by: "$2"))
                    AND person.tier = $3 AND person.is_disabled = 0
                    AND account.used + account.held >= $4 + COALESCE((
                        SELECT SUM(quota_grant.amount - pot.used - pot.held)
                        FROM quota_grant JOIN account pot ON pot.grant_id = quota_grant.id
                        WHERE quota_grant.holder = account.holder AND quota_grant.meter = 'tokens'
                            AND quota_grant.expires_at > $2), 0)
                """, limit, now, tier, amount)
            stopped.formUnion(try full.map { try $0["holder"] as PersonID })
        }
        return stopped.sorted { $0.rawValue < $1.rawValue }
    }

    /// The limit that this part of an allowance is; the live one before one that was taken away.
    func limit(_ part: AllowancePart, of subject: AllowanceSubject, liveOnly: Bool) throws -> Limit.ID? {
        let row = try row(
            """
            SELECT id FROM quota_limit
            WHERE scope = $1 AND subject = $2 AND model IS NULL AND meter = $3 AND time_window = $4
                AND mode = 'enforce' \(liveOnly ? "AND retired_at IS NULL" : "")
            ORDER BY CASE WHEN retired_at IS NULL THEN 0 ELSE 1 END, id LIMIT 1
            """, subject.scope, subject.subject, part.meter, part.window)
        return try row?["id"]
    }

    private func liveLimits(of subject: AllowanceSubject) throws -> [SQLRow] {
        try rows(
            """
            SELECT meter, time_window, amount FROM quota_limit
            WHERE scope = $1 AND subject = $2 AND model IS NULL AND mode = 'enforce' AND retired_at IS NULL
            """, subject.scope, subject.subject)
    }

    private func insertLimit(_ part: AllowancePart, of subject: AllowanceSubject, amount: Int64) throws {
        try execute(
            """
            INSERT INTO quota_limit (id, scope, subject, meter, time_window, amount)
            VALUES ($1, $2, $3, $4, $5, $6)
            """, Limit.ID.random(), subject.scope, subject.subject, part.meter, part.window, amount)
    }
}
