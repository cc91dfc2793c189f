import Core

/// Which days a person's usage page shows, up to today.
enum AccountPeriod: String, CaseIterable, Sendable {
    case today, week, month, quarter

    var days: Int {
        switch self {
        case .today: 1
        case .week: 7
        case .month: 30
        case .quarter: 90
        }
    }

    func label(_ words: Words) -> String {
        switch self {
        case .today: words("Today")
        case .week: words("7 days")
        case .month: words("30 days")
        case .quarter: words("90 days")
        }
    }

    /// Its days in `calendar`, the earliest first.
    func days(in calendar: WindowCalendar, until now: Timestamp) -> [WindowInterval] {
        var intervals: [WindowInterval] = []
        var moment = now
        while intervals.count < days, let day = calendar.interval(of: .day, containing: moment) {
            intervals.append(day)
            moment = Timestamp(milliseconds: day.start.milliseconds - 1)
        }
        return intervals.reversed()
    }
}
