import Core

/// What an organization says about all of its limits.
struct LedgerRules {
    let calendar: WindowCalendar
    let alerts: [AlertRule]
    let queue: QueueBounds

    private static let calendars = Memo<WindowCalendar?>()
    private static let alertRules = Memo<[AlertRule]>()

    /// From a row of `organization`, or one joined to it.
    ///
    /// - Throws: `LedgerFailure.unknownOrganization`: without its calendar nothing can be counted.
    init(_ row: SQLRow) throws {
        let zone: String = try row["time_zone"]
        let weekStart: Int = try row["week_start"]
        let resetHour: Int = try row["reset_hour"]
        let calendar = Self.calendars.value(of: "\(zone) \(weekStart) \(resetHour)") { _ in
            Weekday(rawValue: weekStart).flatMap {
                WindowCalendar(timeZone: zone, weekStart: $0, resetHour: resetHour)
            }
        }
        guard let calendar else { throw LedgerFailure.unknownOrganization }
        self.calendar = calendar
        alerts = try Self.alerts(try row["alert_rules"])
        queue = QueueBounds(
            length: try row["queue_length"], seconds: try row["queue_seconds"],
            waitsForHolds: try row["waits_for_holds"])
    }

    /// - Parameter text: NULL for the usual rules.
    static func alerts(_ text: String?) throws -> [AlertRule] {
        guard let text else { return AlertRule.usual }
        return try alertRules.value(of: text) { try StoredJSON.value([AlertRule].self, of: $0) }
    }

    /// What is in force of a limit now: less than it says where a rule refuses before its end.
    func amount(of limit: Limit, at now: Timestamp) -> Int64 {
        let amount = limit.amount(at: now, in: calendar)
        let part = limit.isGraduated ? alerts.blockedFromPartsPerMillion : 1_000_000
        return part == 1_000_000 ? amount : part.partsPerMillion(of: amount)
    }
}
