public import Foundation

/// When an organization's windows begin and end: its time zone, the first day of its week, and the hour at which its
/// days, weeks and months turn over.
///
/// The windows of one kind follow one another without gap or overlap, whatever the clocks do. Where a local time
/// happens twice its first occurrence counts; where it does not happen, the moment at which the clocks jump over it.
public struct WindowCalendar: Sendable, Hashable {
    public let timeZone: TimeZone
    public let weekStart: Weekday
    /// 0…23, local time.
    public let resetHour: Int

    /// - Parameter timeZone: a name of the IANA database, such as `Europe/Berlin`.
    /// - Returns: nil when the zone is unknown or the hour is none.
    public init?(timeZone: String, weekStart: Weekday = .monday, resetHour: Int = 0) {
        guard let zone = TimeZone(identifier: timeZone), (0...23).contains(resetHour) else { return nil }
        self.timeZone = zone
        self.weekStart = weekStart
        self.resetHour = resetHour
    }

    /// The window of this kind that contains `moment`; nil for `perRequest`, which is no stretch of time.
    public func interval(of window: Window, containing moment: Timestamp) -> WindowInterval? {
        let second = moment.milliseconds.dividedDown(by: 1000)
        return switch window {
        case .perRequest: nil
        case .lifetime, .bucket: WindowInterval(start: Timestamp(milliseconds: 0), end: nil)
        case .minute: WindowInterval(seconds: minute(containing: second))
        case .hour: WindowInterval(seconds: hour(containing: second))
        case .day, .week, .month: WindowInterval(seconds: days(of: window, containing: second))
        }
    }

    // MARK: Minutes and hours

    /// Every offset in use is a whole number of minutes, so minutes are the same everywhere.
    private func minute(containing second: Int64) -> Range<Int64> {
        let start = second.dividedDown(by: 60) * 60
        return start..<(start + 60)
    }

    /// The clock hour, cut where the offset changes by less than an hour (Lord Howe Island).
    private func hour(containing second: Int64) -> Range<Int64> {
        let offset = offset(at: second)
        let start = (second + offset).dividedDown(by: 3600) * 3600 - offset
        let end = start + 3600
        return
            (firstSecond(withOffset: offset, from: start, to: second))..<(lastSecond(
                withOffset: offset, from: second, to: end - 1) + 1)
    }

    private func firstSecond(withOffset offset: Int64, from start: Int64, to second: Int64) -> Int64 {
        if self.offset(at: start) == offset { return start }
        return bisect(start, second) { self.offset(at: $0) != offset }
    }

    private func lastSecond(withOffset offset: Int64, from second: Int64, to last: Int64) -> Int64 {
        if self.offset(at: last) == offset { return last }
        return bisect(second, last) { self.offset(at: $0) == offset } - 1
    }

    // MARK: Days, weeks and months

    private func days(of window: Window, containing second: Int64) -> Range<Int64> {
        let localSecond = second + offset(at: second) - Int64(resetHour) * 3600
        var period = period(window, containing: localSecond.dividedDown(by: 86_400))
        while second < turn(of: period.lowerBound) { period = self.period(window, containing: period.lowerBound - 1) }
        while second >= turn(of: period.upperBound) { period = self.period(window, containing: period.upperBound) }
        return turn(of: period.lowerBound)..<turn(of: period.upperBound)
    }

    /// The local days, counted from 1970-01-01, of the day, week or month that `day` belongs to.
    private func period(_ window: Window, containing day: Int64) -> Range<Int64> {
        switch window {
        case .week:
            // 1970-01-01 was a Thursday, the fourth day of its ISO week.
            let monday = (day + 3).dividedDown(by: 7) * 7 - 3
            let start = monday + Int64(weekStart.rawValue - 1)
            return start <= day ? start..<(start + 7) : (start - 7)..<start
        case .month: return month(containing: day)
        default: return day..<(day + 1)
        }
    }

    private func month(containing day: Int64) -> Range<Int64> {
        let noon = Date(timeIntervalSince1970: Double(day) * 86_400 + 43_200)
        let parts = Self.civil.dateComponents([.year, .month, .day], from: noon)
        guard let dayOfMonth = parts.day, let length = Self.civil.range(of: .day, in: .month, for: noon)?.count else {
            preconditionFailure("the Gregorian calendar has a month for every day")
        }
        let start = day - Int64(dayOfMonth - 1)
        return start..<(start + Int64(length))
    }

    private static let civil: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    // MARK: From local time to the moment

    /// The second at which the local clock first shows the reset hour of `day`, or jumps over it.
    private func turn(of day: Int64) -> Int64 {
        let local = day * 86_400 + Int64(resetHour) * 3600
        let before = offset(at: local - 86_400)
        let after = offset(at: local + 86_400)
        if offset(at: local - before) == before { return local - before }
        if offset(at: local - after) == after { return local - after }
        return bisect(local - after, local - before) { offset(at: $0) == before }
    }

    /// What a clock there shows, in seconds since midnight of 1970-01-01.
    func localSecond(of moment: Timestamp) -> Int64 {
        let second = moment.milliseconds.dividedDown(by: 1000)
        return second + offset(at: second)
    }

    private func offset(at second: Int64) -> Int64 {
        Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }

    /// The first second after `low`, up to `high`, for which `isEarly` no longer holds.
    private func bisect(_ low: Int64, _ high: Int64, while isEarly: (Int64) -> Bool) -> Int64 {
        var low = low
        var high = high
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if isEarly(middle) { low = middle } else { high = middle }
        }
        return high
    }
}

extension WindowInterval {
    fileprivate init(seconds: Range<Int64>) {
        self.init(
            start: Timestamp(milliseconds: seconds.lowerBound * 1000),
            end: Timestamp(milliseconds: seconds.upperBound * 1000))
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that moments before 1970 fall into the right window too.
    func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
