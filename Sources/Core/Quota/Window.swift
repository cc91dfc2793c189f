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

extension WindowInterval {
    /// The window that a request falls into now, where `stored` is the newest one already written: the later of the
    /// two. So a clock that steps back reopens no window.
    public func notBefore(_ stored: WindowInterval?) -> WindowInterval {
        guard let stored, stored.start >= start else { return self }
        return stored
    }
}

/// A day of the week, numbered as ISO 8601 does: Monday is 1.
public enum Weekday: Int, Sendable, Hashable, Codable, CaseIterable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday
}
