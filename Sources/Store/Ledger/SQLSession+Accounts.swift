import Core

/// How the limits of a path stand, inside a transaction.
extension SQLSession {
    /// Every limit that concerns `path` with its account in the current window; the narrowest scopes last.
    ///
    /// - Throws: `LedgerFailure.unknownOrganization`: without its calendar nothing can be counted.
    func accounts(on path: QuotaPath, at now: Timestamp) throws -> [Account] {
        guard let calendar = try calendar(of: path.organization) else { throw LedgerFailure.unknownOrganization }
        return try limitRows(on: path, at: now)
            .compactMap { row in try Account(row, on: path, in: calendar, at: now) }
            .sorted { $0.limit.scope.rank < $1.limit.scope.rank }
    }

    private func calendar(of organization: OrganizationID) throws -> WindowCalendar? {
        let row = try row("SELECT time_zone, week_start, reset_hour FROM organization WHERE id = $1", organization)
        guard let row, let weekStart = Weekday(rawValue: try row["week_start"]) else { return nil }
        return WindowCalendar(timeZone: try row["time_zone"], weekStart: weekStart, resetHour: try row["reset_hour"])
    }

    /// Each limit of any subject on the path, beside the newest window of its account.
    private func limitRows(on path: QuotaPath, at now: Timestamp) throws -> [SQLRow] {
        try rows(
            """
            SELECT l.id, l.scope, l.subject, l.model, l.meter, l.time_window, l.amount, l.mode,
                   a.window_start, a.resets_at, a.used, a.held,
                   (SELECT COALESCE(SUM(g.amount), 0) FROM quota_grant g
                     WHERE g.limit_id = l.id AND g.expires_at > $8
                       AND g.holder = CASE l.scope WHEN 'tier' THEN $4 ELSE l.subject END) AS granted
              FROM quota_limit l
              LEFT JOIN account a
                ON a.id = (SELECT newest.id FROM account newest
                            WHERE newest.limit_id = l.id
                              AND newest.holder = CASE l.scope WHEN 'tier' THEN $4 ELSE l.subject END
                            ORDER BY newest.window_start DESC LIMIT 1)
             WHERE l.subject IN ($1, $2, $3, $4, $5, $6) AND l.retired_at IS NULL
               AND (l.model IS NULL OR l.model = $7)
             ORDER BY l.id
            """,
            path.organization, path.project, path.tier, path.person, path.key, path.model, path.model, now)
    }
}

extension Account {
    /// Nil when the limit does not concern `path` after all.
    fileprivate init?(_ row: SQLRow, on path: QuotaPath, in calendar: WindowCalendar, at now: Timestamp) throws {
        let limit = try Limit(row)
        guard let holder = limit.holder(on: path) else { return nil }
        let stored = try WindowInterval(stored: row)
        let current = calendar.interval(of: limit.window, containing: now)?.notBefore(stored)
        self.init(
            limit: limit, holder: holder, windowStart: current?.start ?? now, resetsAt: current?.end,
            granted: try row["granted"])
        if let stored, stored.start == current?.start {
            used = try row["used"]
            held = try row["held"]
        }
    }
}

extension WindowInterval {
    /// The newest window of the account beside a limit; nil when it has none yet.
    fileprivate init?(stored row: SQLRow) throws {
        guard let start: Timestamp = try row["window_start"] else { return nil }
        self.init(start: start, end: try row["resets_at"])
    }
}

extension Limit {
    init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], scope: try row["scope"], subject: try row["subject"], model: try row["model"],
            meter: try row["meter"], window: try row["time_window"], amount: try row["amount"], mode: try row["mode"])
    }
}

extension Limit.Scope: SQLRepresentable {
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Limit.Meter: SQLRepresentable {}
extension Limit.Mode: SQLRepresentable {}
extension Window: SQLRepresentable {}
