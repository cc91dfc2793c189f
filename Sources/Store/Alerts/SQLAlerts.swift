import Core

struct SQLAlerts: Alerts {
    let database: any SQLDatabase
    let time: any TimeSource

    /// Looks first: almost always nothing is due, and that takes no lock.
    func due(_ count: Int, leaseSeconds: Int64) async throws -> [AlertDelivery] {
        let now = time.now()
        let isAnyDue = try await database.read { session in try !session.dueDeliveries(1, at: now).isEmpty }
        guard isAnyDue else { return [] }
        return try await database.write { session in
            let due = try session.dueDeliveries(count, at: now)
            for delivery in due {
                try session.execute(
                    "UPDATE alert_delivery SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = $1",
                    delivery.id, now.advanced(bySeconds: leaseSeconds))
            }
            return due
        }
    }

    func delivered(_ delivery: AlertDelivery.ID) async throws {
        try await database.write { [now = time.now()] session in
            try session.execute(
                """
                UPDATE alert_delivery
                   SET delivered_at = $2, next_attempt_at = NULL, given_up_at = NULL, failure = NULL
                 WHERE id = $1 AND delivered_at IS NULL
                """, delivery, now)
        }
    }

    func failed(_ delivery: AlertDelivery.ID, because failure: AlertFailure) async throws {
        try await database.write { [now = time.now()] session in
            let row = try session.row(
                """
                SELECT d.attempts, a.at FROM alert_delivery d JOIN alert a ON a.id = d.alert
                 WHERE d.id = $1 AND d.next_attempt_at IS NOT NULL
                """, delivery)
            guard let row else { return }
            let next = AlertRetry.next(after: try row["attempts"], of: try row["at"], because: failure, at: now)
            try session.execute(
                "UPDATE alert_delivery SET next_attempt_at = $2, given_up_at = $3, failure = $4 WHERE id = $1",
                delivery, next, next == nil ? now : nil, String(failure.reason.prefix(300)))
        }
    }

    func newest(_ count: Int) async throws -> [AlertStanding] {
        try await database.read { session in
            try session.rows("\(Alert.selection) ORDER BY t.id DESC LIMIT $1", count.asLimit).map { row in
                let alert = try Alert(row)
                return AlertStanding(alert: alert, channels: try session.channels(of: alert.id))
            }
        }
    }
}

extension SQLSession {
    fileprivate func dueDeliveries(_ count: Int, at now: Timestamp) throws -> [AlertDelivery] {
        try rows(
            """
            SELECT id, alert, channel FROM alert_delivery WHERE next_attempt_at <= $1 OR next_attempt_at > $3
             ORDER BY next_attempt_at, id LIMIT $2
            """, now, count, now.latestEnd(ofSeconds: AlertRetry.longestWaitSeconds)
        ).map { delivery in
            let alert: Int64 = try delivery["alert"]
            let row = try onlyRow("\(Alert.selection) WHERE t.id = $1", alert)
            return AlertDelivery(id: try delivery["id"], channel: try delivery["channel"], alert: try Alert(row))
        }
    }

    fileprivate func channels(of alert: Alert.ID) throws -> [AlertStanding.Channel] {
        try rows("SELECT * FROM alert_delivery WHERE alert = $1 ORDER BY channel", alert).map { row in
            AlertStanding.Channel(
                channel: try row["channel"], state: try AlertStanding.State(row), attempts: try row["attempts"],
                failure: try row["failure"])
        }
    }
}

extension AlertStanding.State {
    fileprivate init(_ row: SQLRow) throws {
        if let deliveredAt: Timestamp = try row["delivered_at"] {
            self = .delivered(deliveredAt)
        } else if let givenUpAt: Timestamp = try row["given_up_at"] {
            self = .givenUp(givenUpAt)
        } else {
            self = .waiting(until: try row["next_attempt_at"])
        }
    }
}

extension Alert {
    fileprivate static let selection = """
        SELECT \(Limit.columns), t.id AS alert, t.at, t.holder, t.threshold_ppm, t.action, t.used,
               t.amount AS alert_amount, t.resets_at, \(Limit.holderName(of: "t.holder")) AS holder_name,
               \(Limit.modelName) AS model_name
          FROM alert t JOIN quota_limit l ON l.id = t.limit_id
        """

    fileprivate init(_ row: SQLRow) throws {
        let holder: String = try row["holder"]
        self.init(
            id: try row["alert"], at: try row["at"], limit: try Limit(row), holder: holder,
            holderName: try row["holder_name"] ?? holder, modelName: try row["model_name"],
            thresholdPartsPerMillion: try row["threshold_ppm"], action: try row["action"], used: try row["used"],
            amount: try row["alert_amount"], resetsAt: try row["resets_at"])
    }
}
