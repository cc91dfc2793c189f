import Core

/// Reads the rows of today only, by their indices: a scrape costs as much after years as on the first day.
struct SQLMetrics: Metrics {
    let database: any SQLDatabase
    let time: any TimeSource

    func reading() async throws -> MetricsReading {
        try await database.read { [now = time.now()] session in
            let organization = try session.organization()
            let since = try session.start(of: .day, containing: now)
            let levels = try session.sharedAccounts([.organization, .project], session.ledgerRules(), at: now)
            return MetricsReading(
                queueDepth: try session.queueDepth(at: now),
                openHolds: try session.onlyRow("SELECT COUNT(*) AS holds FROM hold")["holds"],
                levels: levels.map {
                    .init(account: $0.account, holderName: $0.holderName, modelName: $0.modelName)
                },
                since: since, usage: try session.usage(of: organization.id, since: since),
                refusals: try session.refusals(of: organization.id, since: since),
                alerts: try session.alertCounts(since: since),
                waitingDeliveries: try session.onlyRow(
                    "SELECT COUNT(*) AS waiting FROM alert_delivery WHERE next_attempt_at IS NOT NULL")["waiting"],
                givenUpDeliveries: try session.onlyRow(
                    "SELECT COUNT(*) AS given_up FROM alert_delivery WHERE given_up_at >= $1", since)["given_up"])
        }
    }
}

extension SQLSession {
    fileprivate func usage(of organization: OrganizationID, since start: Timestamp) throws -> UsageTotals {
        try UsageTotals(
            onlyRow(
                "SELECT \(UsageTotals.sums) FROM usage_slot WHERE organization = $1 AND slot >= $2", organization,
                start))
    }

    fileprivate func refusals(
        of organization: OrganizationID, since start: Timestamp
    ) throws -> [MetricsReading.Refused] {
        try rows(
            """
            SELECT l.scope, l.meter, l.time_window, r.mode, SUM(r.requests) AS requests
              FROM refusal_slot r JOIN quota_limit l ON l.id = r.limit_id
             WHERE r.organization = $1 AND r.slot >= $2
             GROUP BY l.scope, l.meter, l.time_window, r.mode
             ORDER BY l.scope, l.meter, l.time_window, r.mode
            """, organization, start
        ).map { row in
            let name = Limit.Name(scope: try row["scope"], meter: try row["meter"], window: try row["time_window"])
            return MetricsReading.Refused(limit: name, mode: try row["mode"], requests: try row["requests"])
        }
    }

    fileprivate func alertCounts(since start: Timestamp) throws -> [AlertRule.Action: Int64] {
        let rows = try rows("SELECT action, COUNT(*) AS alerts FROM alert WHERE at >= $1 GROUP BY action", start)
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0["action"], try $0["alerts"]) })
    }
}
