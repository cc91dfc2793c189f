/// Those who share one supply of tokens: the widest of all scopes. There is exactly one for now.
public struct Organization: Sendable, Hashable, Codable, Identifiable {
    public var id: OrganizationID
    public var name: String
    /// A name of the IANA database, such as `Europe/Berlin`: where its days begin.
    public var timeZone: String
    public var weekStart: Weekday
    /// 0…23, local time: when its days, weeks and months turn over.
    public var resetHour: Int

    public init(
        id: OrganizationID = .random(), name: String, timeZone: String = "UTC", weekStart: Weekday = .monday,
        resetHour: Int = 0
    ) {
        self.id = id
        self.name = name
        self.timeZone = timeZone
        self.weekStart = weekStart
        self.resetHour = resetHour
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
        return flaws
    }
}

/// The organization's own settings.
public protocol Organizations: Sendable {
    func current() async throws -> Organization

    /// - Throws: `Flaws`, `NotFound`, `StoreFailure`.
    func change(to organization: Organization, by actor: Actor) async throws
}
