/// A limit's amount at certain hours of certain days, on the organization's clock.
public struct ScheduleRule: Sendable, Hashable, Codable {
    public var weekdays: Set<Weekday>
    /// Minutes since midnight, 0…1439: applies from here…
    public var fromMinute: Int
    /// … up to but not including this one, 0…1440. At or before `fromMinute`, it is the next day's.
    public var untilMinute: Int
    /// In the unit of the limit's meter.
    public var amount: Int64

    public init(weekdays: Set<Weekday>, fromMinute: Int, untilMinute: Int, amount: Int64) {
        self.weekdays = weekdays
        self.fromMinute = fromMinute
        self.untilMinute = untilMinute
        self.amount = amount
    }

    /// The days in their order, so that equal rules are equal text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(weekdays.sorted { $0.rawValue < $1.rawValue }, forKey: .weekdays)
        try container.encode(fromMinute, forKey: .fromMinute)
        try container.encode(untilMinute, forKey: .untilMinute)
        try container.encode(amount, forKey: .amount)
    }

    private enum CodingKeys: CodingKey {
        case weekdays, fromMinute, untilMinute, amount
    }

    public var isSound: Bool {
        !weekdays.isEmpty && (0...1439).contains(fromMinute) && (0...1440).contains(untilMinute)
            && Limit.amountRange.contains(amount)
    }

    /// A rule that passes midnight belongs to the day on which it begins.
    func applies(at time: WeekTime) -> Bool {
        if fromMinute < untilMinute {
            return weekdays.contains(time.weekday) && (fromMinute..<untilMinute).contains(time.minute)
        }
        return weekdays.contains(time.weekday) && time.minute >= fromMinute
            || weekdays.contains(time.weekday.before) && time.minute < untilMinute
    }
}

/// What a wall clock and a calendar beside it show.
public struct WeekTime: Sendable, Hashable {
    public var weekday: Weekday
    /// Since midnight, 0…1439.
    public var minute: Int

    public init(weekday: Weekday, minute: Int) {
        self.weekday = weekday
        self.minute = minute
    }
}

extension Weekday {
    public var before: Weekday { Weekday(rawValue: rawValue == 1 ? 7 : rawValue - 1) ?? .monday }
}

extension WindowCalendar {
    /// The local day and time at `moment`; the reset hour plays no part in it.
    public func weekTime(of moment: Timestamp) -> WeekTime {
        let local = localSecond(of: moment)
        let day = local.dividedDown(by: 86_400)
        // 1970-01-01 was a Thursday, the fourth day of its ISO week.
        let weekday = Int((day + 3) - (day + 3).dividedDown(by: 7) * 7) + 1
        return WeekTime(
            weekday: Weekday(rawValue: weekday) ?? .monday, minute: Int((local - day * 86_400) / 60))
    }
}
