import Core

/// How limits stand in the windows that run now, inside a transaction.
extension SQLSession {
    func standing(of limit: Limit, most: Int, _ rules: LedgerRules, at now: Timestamp) throws -> LimitStanding {
        let accounts = try accounts(of: limit, rules, at: now, most: most)
        let holders = accounts.count < most ? accounts.count : try holders(of: limit, at: now)
        return LimitStanding(fullest: accounts, holders: holders)
    }

    /// The accounts of the limit in their running windows, the fullest first; those of disabled people are left out.
    ///
    /// - Parameter limit: with the amount that is asked about.
    func accounts(
        of limit: Limit, _ rules: LedgerRules, at now: Timestamp, most: Int = 1000
    ) throws -> [Account] {
        // What a bucket got back since it was touched last is not in its row: a few more may come to be the fullest.
        let looked = limit.window == .bucket ? max(most, 200) : most
        let rows = try rows(
            """
            SELECT a.holder, \(StoredAccount.columns) FROM account a JOIN quota_limit l ON l.id = a.limit_id
             WHERE \(Self.running) ORDER BY a.used + a.held - a.refilled DESC, a.holder LIMIT $4
            """, limit.id, now, limit.scope, looked.asLimit)
        let accounts = try rows.map {
            try StoredAccount($0, limit, of: $0["holder"], share: nil, rules, at: now).account
        }
        return Array(accounts.filter { $0.taken > 0 }.sorted { $0.isFuller(than: $1) }.prefix(most))
    }

    private func holders(of limit: Limit, at now: Timestamp) throws -> Int {
        try onlyRow(
            """
            SELECT COUNT(*) AS holders FROM account a JOIN quota_limit l ON l.id = a.limit_id
             WHERE \(Self.running) AND a.used + a.held > a.refilled
            """, limit.id, now, limit.scope)["holders"]
    }

    /// Of the limit $1 at $2, without the shares of single priorities; $3 is the limit's scope.
    private static var running: String {
        """
        a.limit_id = $1 AND (a.resets_at IS NULL OR a.resets_at > $2)
            AND \(StoredAccount.hasBegun("a", by: "$2")) AND instr(a.holder, '#') = 0
            AND ($3 <> 'tier' OR EXISTS (SELECT 1 FROM person p WHERE p.id = a.holder AND p.is_disabled = 0))
        """
    }

    /// Those who are not disabled and whose requests `limit` counts.
    func peopleConcerned(by limit: Limit) throws -> Int {
        var filter = SQLFilter()
        filter.require(limit.scope.condition == nil ? nil : limit.subject) { limit.scope.condition?($0) ?? "" }
        filter.require(limit.model) {
            "EXISTS (SELECT 1 FROM tier_model tm WHERE tm.tier = p.tier AND tm.model = \($0))"
        }
        let zero = filter.bind(0)
        let clause = filter.clause.isEmpty ? "WHERE" : filter.clause + " AND"
        return try rows(
            "SELECT COUNT(*) AS people FROM person p \(clause) p.is_disabled = \(zero)", with: filter.arguments)[0][
                "people"]
    }

    /// Counts on what flows back into the buckets of a limit, before its rate changes.
    func flow(_ limit: Limit, until now: Timestamp) throws {
        guard limit.window == .bucket else { return }
        let rules = try ledgerRules()
        for row in try rows("SELECT a.holder, \(StoredAccount.columns) FROM account a WHERE a.limit_id = $1", limit.id)
        {
            let account = try StoredAccount(row, limit, of: row["holder"], share: nil, rules, at: now).account
            try execute(
                "UPDATE account SET refilled = $2, refilled_until = $3, refill_remainder = $4 WHERE id = $1",
                try row["account"] as Int64, account.refilled, account.refill?.countedUntil,
                account.refill?.remainder ?? 0)
        }
    }
}

extension Account {
    fileprivate func isFuller(than other: Account) -> Bool {
        (takenPartsPerMillion, other.holder) > (other.takenPartsPerMillion, holder)
    }
}

extension Limit.Scope {
    /// Which people `p` a limit of this scope concerns, by its subject; nil for everybody.
    fileprivate var condition: ((String) -> String)? {
        switch self {
        case .organization, .request: nil
        case .project:
            {
                """
                EXISTS (SELECT 1 FROM api_key k WHERE k.person = p.id AND k.project = \($0) AND k.revoked_at IS NULL)
                """
            }
        case .tier: { "p.tier = \($0)" }
        case .person: { "p.id = \($0)" }
        case .key: { "EXISTS (SELECT 1 FROM api_key k WHERE k.person = p.id AND k.id = \($0))" }
        case .model: { "EXISTS (SELECT 1 FROM tier_model tm WHERE tm.tier = p.tier AND tm.model = \($0))" }
        }
    }
}
