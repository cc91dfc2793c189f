import Core

/// An account with where it is kept, and how fast requests are let in on it.
struct StoredAccount {
    var account: Account
    /// Nil for a window that has no row yet.
    var id: Int64?
    /// As it is stored: how far a bucket was counted.
    var countedUntil: Timestamp?
    var admittedAt: Timestamp?
    /// About how far apart requests come, in milliseconds.
    var paceMilliseconds: Int64
    /// When the next one may be let in while it is throttled.
    var pacedUntil: Timestamp?

    /// What the limit's holder is called beside the priority whose share the account counts.
    static func holder(_ holder: String, _ priority: Priority?) -> String {
        priority.map { "\(holder)#\($0.rawValue)" } ?? holder
    }

    var storedHolder: String { Self.holder(account.holder, account.share?.priority) }

    /// The pace once another request is let in: a gap that comes now and then changes little.
    func pace(admittingAt now: Timestamp) -> Int64 {
        guard let admittedAt else { return paceMilliseconds }
        let gap = min(60_000, max(0, now.milliseconds - admittedAt.milliseconds))
        return (paceMilliseconds * 7 + gap) / 8
    }
}

extension Account {
    /// Counts what has flowed back into a bucket up to `now`.
    mutating func flow(until now: Timestamp) {
        guard let rate = limit.refill else { return }
        var refill = refill ?? Refill(countedUntil: now)
        let flowed = refill.advance(to: now, rate: rate)
        refilled = min(used.addingClamped(held), refilled.addingClamped(flowed))
        if taken == 0 { refill.remainder = 0 }
        self.refill = refill
        resetsAt = taken == 0 ? nil : refill.moment(of: taken, rate: rate)
    }
}

extension Limit {
    private static let schedules = Memo<[ScheduleRule]>()
    private static let pressures = Memo<Pressure>()

    /// From a row of `quota_limit`, or one joined to it.
    init(_ row: SQLRow) throws {
        let schedule: String? = try row["schedule"]
        let pressure: String? = try row["pressure"]
        self.init(
            id: try row["id"], scope: try row["scope"], subject: try row["subject"], model: try row["model"],
            meter: try row["meter"], window: try row["time_window"], amount: try row["amount"],
            refill: try row["refill"], mode: try row["mode"],
            schedule: try schedule.map { text in
                try Self.schedules.value(of: text) { try StoredJSON.value([ScheduleRule].self, of: $0) }
            } ?? [],
            pressure: try pressure.map { text in
                try Self.pressures.value(of: text) { try StoredJSON.value(Pressure.self, of: $0) }
            },
            elasticCeiling: try row["elastic_ceiling"], raisedTo: try row["raised_to"])
    }

    /// The columns of `quota_limit l` that make up a limit.
    static let columns = """
        l.id AS id, l.scope, l.subject, l.model, l.meter, l.time_window, l.amount, l.refill, l.mode, l.schedule,
        l.pressure, l.elastic_ceiling, l.raised_to
        """
}

extension Limit.Scope: SQLRepresentable {
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Limit.Meter: SQLRepresentable {}
extension Limit.Mode: SQLRepresentable {}
extension Window: SQLRepresentable {}
