/// Those who share one supply of tokens: the widest of all scopes. There is exactly one for now.
public struct Organization: Sendable, Hashable, Codable, Identifiable {
    public var id: OrganizationID
    public var name: String
    /// A name of the IANA database, such as `Europe/Berlin`: where its days begin.
    public var timeZone: String
    public var weekStart: Weekday
    /// 0…23, local time: when its days, weeks and months turn over.
    public var resetHour: Int
    /// What happens on the way to a limit, of any scope.
    public var alertRules: [AlertRule]
    public var alertTargets: AlertTargets
    public var queue: QueueBounds
    /// Whether people are answered from the cache with what others were answered.
    public var sharesCache: Bool

    public init(
        id: OrganizationID = .random(), name: String, timeZone: String = "UTC", weekStart: Weekday = .monday,
        resetHour: Int = 0, alertRules: [AlertRule] = AlertRule.usual, alertTargets: AlertTargets = AlertTargets(),
        queue: QueueBounds = QueueBounds(), sharesCache: Bool = false
    ) {
        self.id = id
        self.name = name
        self.timeZone = timeZone
        self.weekStart = weekStart
        self.resetHour = resetHour
        self.alertRules = alertRules
        self.alertTargets = alertTargets
        self.queue = queue
        self.sharesCache = sharesCache
    }

    /// Nil when `flaws` is not empty.
    public var calendar: WindowCalendar? {
        WindowCalendar(timeZone: timeZone, weekStart: weekStart, resetHour: resetHour)
    }

    public var flaws: Flaws {
        var flaws = Flaws([])
        flaws.note(name.nameProblem(), about: "name")
        flaws.note(Int64(resetHour).problem(outside: 0...23), about: "resetHour")
        let isKnownZone = WindowCalendar(timeZone: timeZone, weekStart: weekStart, resetHour: 0) != nil
        flaws.note(isKnownZone ? nil : .unknown, about: "timeZone")
        flaws.note(alertRules.allSatisfy(\.isSound) ? nil : .malformed, about: "alertRules")
        flaws.note(alertRules.count > 50 ? .tooMany(most: 50) : nil, about: "alertRules")
        flaws.add(alertTargets.flaws)
        flaws.add(queue.flaws)
        return flaws
    }
}

/// The organization's own settings.
public protocol Organizations: Sendable {
    func current() async throws -> Organization

    /// - Throws: `Flaws`, `NotFound`, `StoreFailure`.
    func change(to organization: Organization, by actor: Actor) async throws
}
