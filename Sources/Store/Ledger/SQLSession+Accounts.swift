import Core

/// How the limits of a path stand, inside a transaction.
extension SQLSession {
    /// Every limit that concerns `path` with its account in the current window; the narrowest scopes last. What grants
    /// add is not yet in it.
    func accounts(on path: QuotaPath, _ view: LedgerView, at now: Timestamp) throws -> [StoredAccount] {
        var accounts: [StoredAccount] = []
        for row in try limitRows(on: path, at: now) {
            let limit = try Limit(row)
            guard let holder = limit.holder(on: path) else { continue }
            let account = try StoredAccount(row, limit, of: holder, share: nil, view.rules, at: now)
            accounts.append(account)
            if let share = try share(of: account, for: view.priority, view.rules, at: now) { accounts.append(share) }
        }
        return accounts.sorted { $0.account.limit.scope.rank < $1.account.limit.scope.rank }
    }

    /// Each limit of any subject on the path, beside the newest window of its account.
    private func limitRows(on path: QuotaPath, at now: Timestamp) throws -> [SQLRow] {
        try rows(
            """
            SELECT \(Limit.columns), \(StoredAccount.columns)
              FROM quota_limit l
              LEFT JOIN account a
                ON a.id = (SELECT newest.id FROM account newest
                            WHERE newest.limit_id = l.id
                              AND newest.holder = CASE l.scope WHEN 'tier' THEN $4 ELSE l.subject END
                              AND \(StoredAccount.hasBegun("newest", by: "$7"))
                            ORDER BY newest.window_start DESC LIMIT 1)
             WHERE l.subject IN ($1, $2, $3, $4, $5, $6) AND l.retired_at IS NULL
               AND (l.model IS NULL OR l.model = $6)
             ORDER BY l.id
            """,
            path.organization, path.project, path.tier, path.person, path.key, path.model, now)
    }

    /// What this priority may take of the limit under pressure; nil where it has no share of its own.
    private func share(
        of whole: StoredAccount, for priority: Priority, _ rules: LedgerRules, at now: Timestamp
    ) throws -> StoredAccount? {
        guard let pressure = whole.account.limit.pressure, pressure.sharesPartsPerMillion[priority] != nil
        else { return nil }
        let holder = StoredAccount.holder(whole.account.holder, priority)
        let row = try row(
            """
            SELECT \(StoredAccount.columns) FROM account a JOIN quota_limit l ON l.id = a.limit_id
             WHERE a.limit_id = $1 AND a.holder = $2 AND \(StoredAccount.hasBegun("a", by: "$3"))
             ORDER BY a.window_start DESC LIMIT 1
            """, whole.account.limit.id, holder, now)
        let share = whole.account.share(of: priority, pressure)
        return try StoredAccount(row, whole.account.limit, of: whole.account.holder, share: share, rules, at: now)
    }
}

extension StoredAccount {
    /// The columns of `account a` that make one up.
    static let columns = """
        a.id AS account, a.window_start, a.resets_at, a.used, a.held, a.refilled, a.refilled_until,
        a.refill_remainder, a.admitted_at, a.pace_ms, a.paced_until
        """

    /// The condition that the window of an account of `quota_limit l` has begun at a moment, or will so soon that it is
    /// not the clock's error: it may count then.
    ///
    /// - Parameter moment: how it is called in the statement, such as `$3`.
    static func hasBegun(_ account: String, by moment: String) -> String {
        """
        \(account).window_start <= \(moment) + CASE l.time_window WHEN 'minute'
            THEN \(1000 * ClockError.toleratedSecondsOfPace) ELSE \(1000 * ClockError.toleratedSeconds) END
        """
    }

    /// The account as it is now: in the window that was begun last, or in the next one.
    ///
    /// - Parameter row: has NULL in all columns, or is nil, where no window was begun.
    init(
        _ row: SQLRow?, _ limit: Limit, of holder: String, share: Account.Share?, _ rules: LedgerRules,
        at now: Timestamp
    ) throws {
        let newest = try row.flatMap(WindowInterval.init(newest:))
        let current = rules.calendar.interval(of: limit.window, at: now, after: newest)
        let isBegun = newest != nil && newest?.start == current?.start
        try self.init(
            isBegun ? row : nil, limit, of: holder, share: share, amount: rules.amount(of: limit, at: now),
            in: current ?? WindowInterval(start: now, end: nil))
        account.flow(until: now)
    }

    /// The account of a row in the window in which something was charged to it, which may be over.
    init(
        charged row: SQLRow, _ limit: Limit, of holder: String, share: Account.Share?, _ rules: LedgerRules,
        at now: Timestamp
    ) throws {
        let window = WindowInterval(start: try row["window_start"], end: try row["resets_at"])
        try self.init(
            row, limit, of: holder, share: share, amount: rules.amount(of: limit, at: now), in: window)
        account.flow(until: now)
    }

    /// - Parameter row: nil for a window that is not begun.
    private init(
        _ row: SQLRow?, _ limit: Limit, of holder: String, share: Account.Share?, amount: Int64,
        in window: WindowInterval
    ) throws {
        var account = Account(
            limit: limit, holder: holder, share: share, amount: share?.amount(of: amount, limit) ?? amount,
            windowStart: window.start, resetsAt: window.end)
        if let row {
            account.used = try row["used"]
            account.held = try row["held"]
            account.refilled = try row["refilled"]
            account.refill = try (row["refilled_until"] as Timestamp?).map {
                Refill(countedUntil: $0, remainder: try row["refill_remainder"])
            }
        }
        self.init(
            account: account, id: try row?["account"], countedUntil: account.refill?.countedUntil,
            admittedAt: try row?["admitted_at"],
            paceMilliseconds: try row?["pace_ms"] ?? 0, pacedUntil: try row?["paced_until"])
    }
}

extension Account {
    /// What a priority may take of this limit, given how the whole of it stands.
    func share(of priority: Priority, _ pressure: Pressure) -> Share {
        let calm = pressure.thresholdPartsPerMillion.partsPerMillion(of: amount)
        return Share(priority: priority, spare: calm.subtractingClamped(taken))
    }
}

extension Account.Share {
    /// - Parameter whole: the amount of the limit.
    func amount(of whole: Int64, _ limit: Limit) -> Int64 {
        (limit.pressure?.sharesPartsPerMillion[priority] ?? 1_000_000).partsPerMillion(of: whole)
    }
}

extension WindowInterval {
    /// The newest window of the account beside a limit; nil when it has none yet.
    fileprivate init?(newest row: SQLRow) throws {
        guard let start: Timestamp = try row["window_start"] else { return nil }
        self.init(start: start, end: try row["resets_at"])
    }
}
