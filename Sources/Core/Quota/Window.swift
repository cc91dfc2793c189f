/// The stretch of time over which a limit counts. The calendar's windows follow the organization's `WindowCalendar`.
public enum Window: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each request by itself: there is no account and nothing to reset.
    case perRequest
    case minute, hour, day, week, month
    /// Flows back second by second: a token bucket.
    case bucket
    /// Never resets: for concurrent requests, and for an allowance that is given once.
    case lifetime
}

/// One window as it lies in time: from `start`, up to but not including `end`.
public struct WindowInterval: Sendable, Hashable {
    public var start: Timestamp
    /// Nil for a window that never ends.
    public var end: Timestamp?

    public init(start: Timestamp, end: Timestamp?) {
        self.start = start
        self.end = end
    }
}

extension WindowCalendar {
    /// The window that a request falls into now, where `newest` is the newest that was begun: that one, as long as it
    /// lasts, and then the one that follows it. So no window is opened again when the clock steps back a little, none is
    /// cut short when the calendar is changed, and no two of them overlap.
    ///
    /// - Parameter newest: begins no further ahead than `ClockError` tolerates.
    public func interval(of window: Window, at now: Timestamp, after newest: WindowInterval?) -> WindowInterval? {
        if let newest, newest.end.map({ now < $0 }) ?? true { return newest }
        guard var interval = interval(of: window, containing: now) else { return nil }
        if let end = newest?.end { interval.start = max(interval.start, end) }
        return interval
    }
}

/// A day of the week, numbered as ISO 8601 does: Monday is 1.
public enum Weekday: Int, Sendable, Hashable, Codable, CaseIterable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday
}
