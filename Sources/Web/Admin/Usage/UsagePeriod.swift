import Core
import Foundation

/// Which stretch of the organization's time the usage page shows.
enum UsagePeriod: String, CaseIterable, Sendable {
    case today, month

    var window: Window { self == .today ? .day : .month }

    /// What one bar of the chart stands for.
    var step: Window { self == .today ? .hour : .day }

    func label(_ words: Words) -> String { self == .today ? words("Today") : words("This month") }

    func chartTitle(_ words: Words) -> String { self == .today ? words("Tokens per hour") : words("Tokens per day") }

    /// The parts up to now, the earliest first.
    func steps(in calendar: WindowCalendar, until now: Timestamp) -> [WindowInterval] {
        var steps: [WindowInterval] = []
        var moment = calendar.interval(of: window, containing: now)?.start
        while let start = moment, start <= now, let step = calendar.interval(of: step, containing: start) {
            steps.append(step)
            moment = step.end
        }
        return steps
    }

    /// `14:00` or `21 Nov`, where the organization is.
    func name(of step: WindowInterval, in calendar: WindowCalendar) -> String {
        var style = Date.VerbatimFormatStyle(
            format: "\(day: .defaultDigits) \(month: .abbreviated)", locale: Locale(identifier: "en_GB"),
            timeZone: calendar.timeZone, calendar: Calendar(identifier: .gregorian))
        if self == .today {
            style = Date.VerbatimFormatStyle(
                format: "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
                locale: Locale(identifier: "en_GB"), timeZone: calendar.timeZone,
                calendar: Calendar(identifier: .gregorian))
        }
        return Date(timeIntervalSince1970: Double(step.start.milliseconds) / 1000).formatted(style)
    }
}
