import Core
import Foundation

/// Windows by what a clock on the wall there shows, without any arithmetic on moments: two moments are in the same
/// window if it shows the same.
struct PlainCalendar {
    let calendar: WindowCalendar

    static let windows: [Window] = [.minute, .hour, .day, .week, .month]

    /// What is wrong with the window that `calendar` says `moment` is in.
    func doubts(about window: Window, at moment: Timestamp) -> String? {
        guard let interval = calendar.interval(of: window, containing: moment), let end = interval.end else {
            return "no \(window)"
        }
        let label = label(of: window, at: moment)
        let isInside = interval.start <= moment && moment < end
        let isWhole =
            self.label(of: window, at: interval.start) == label && self.label(of: window, at: end.before) == label
        let isAll =
            self.label(of: window, at: interval.start.before) != label && self.label(of: window, at: end) != label
        guard isInside, isWhole, isAll else { return "\(window) at \(moment.milliseconds) is not \(interval)" }
        return nil
    }

    private func label(of window: Window, at moment: Timestamp) -> [Int64] {
        let second = moment.milliseconds.floored(by: 1000)
        return switch window {
        case .minute: [(second + offset(at: second)).floored(by: 60), offset(at: second)]
        case .hour: [(second + offset(at: second)).floored(by: 3600), offset(at: second)]
        case .day: [begunDay(at: second)]
        // 1970-01-05 was a Monday.
        case .week: [(begunDay(at: second) - 4 - Int64(calendar.weekStart.rawValue - 1)).floored(by: 7)]
        case .month: [Self.month(of: begunDay(at: second))]
        default: []
        }
    }

    /// A day that has begun stays begun, though clocks are set back over its beginning: as in the Chatham Islands from
    /// 3:45 to 2:45, where some days begin at 3.
    private func begunDay(at second: Int64) -> Int64 {
        let quarters = offset(at: second - 7200) > offset(at: second) ? 8 : 0
        return (0...Int64(quarters)).map { shownDay(at: second - $0 * 900) }.max() ?? 0
    }

    /// Days begin at the reset hour, and so do weeks and months.
    private func shownDay(at second: Int64) -> Int64 {
        (second + offset(at: second) - Int64(calendar.resetHour) * 3600).floored(by: 86_400)
    }

    private func offset(at second: Int64) -> Int64 {
        Int64(calendar.timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }

    /// Months since the year 0, by counting days from there in whole cycles of 400 years.
    /// http://howardhinnant.github.io/date_algorithms.html#civil_from_days
    private static func month(of day: Int64) -> Int64 {
        let (era, dayOfEra) = (day + 719_468).dividedFloored(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        return (era * 400 + yearOfEra) * 12 + monthFromMarch + 2
    }
}

extension Timestamp {
    fileprivate var before: Timestamp { Timestamp(milliseconds: milliseconds - 1) }
}

extension Int64 {
    fileprivate func floored(by divisor: Int64) -> Int64 { dividedFloored(by: divisor).0 }

    fileprivate func dividedFloored(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }
}
