import Core

struct SQLOrganizations: Organizations {
    let database: any SQLDatabase
    let time: any TimeSource

    func current() async throws -> Organization {
        try await database.read { session in try session.organization() }
    }

    func change(to organization: Organization, by actor: Actor) async throws {
        try organization.flaws.throwIfAny()
        try await database.write { [now = time.now()] session in
            let before = try session.organization()
            guard before.id == organization.id else { throw NotFound() }
            try session.execute(
                """
                UPDATE organization SET name = $2, time_zone = $3, week_start = $4, reset_hour = $5, alert_rules = $6,
                    alert_targets = $7, queue_length = $8, queue_seconds = $9, waits_for_holds = $10, shares_cache = $11
                 WHERE id = $1
                """,
                organization.id, organization.name, organization.timeZone, organization.weekStart.rawValue,
                organization.resetHour, StoredJSON.text(organization.alertRules),
                StoredJSON.text(organization.alertTargets), organization.queue.length, organization.queue.seconds,
                organization.queue.waitsForHolds, organization.sharesCache)
            try AuditTrail(session: session, actor: actor, now: now).note(
                .organizationChanged, of: organization.id.rawValue, named: organization.name, before: before.redacted,
                after: organization.redacted)
        }
    }
}

extension Organization {
    /// For the audit log.
    fileprivate var redacted: Organization {
        var organization = self
        organization.alertTargets = alertTargets.redacted
        return organization
    }
}

extension SQLSession {
    /// The one organization there is.
    func organization() throws -> Organization {
        let row = try onlyRow("SELECT * FROM organization")
        guard let weekStart = Weekday(rawValue: try row["week_start"]) else {
            throw StoreFailure.other(detail: "organization.week_start is no day of the week")
        }
        let targets: String? = try row["alert_targets"]
        return Organization(
            id: try row["id"], name: try row["name"], timeZone: try row["time_zone"], weekStart: weekStart,
            resetHour: try row["reset_hour"], alertRules: try LedgerRules.alerts(row["alert_rules"]),
            alertTargets: try targets.map { try StoredJSON.value(AlertTargets.self, of: $0) } ?? AlertTargets(),
            queue: QueueBounds(
                length: try row["queue_length"], seconds: try row["queue_seconds"],
                waitsForHolds: try row["waits_for_holds"]),
            sharesCache: try row["shares_cache"])
    }

    /// When the window of the organization's calendar that contains `moment` began.
    func start(of window: Window, containing moment: Timestamp) throws -> Timestamp {
        let interval = try organization().calendar?.interval(of: window, containing: moment)
        guard let interval else { throw StoreFailure.other(detail: "the organization's calendar is none") }
        return interval.start
    }
}
