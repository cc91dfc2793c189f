/// What is made of moments that lie in the future although something happened at them: the clock was wrong when they were
/// written down, and has been put right.
///
/// A clock that is put right by a little goes over the same time twice, and nothing may happen a second time in it: a
/// window that was begun stays begun. A clock that was wrong by more than that has written down what nobody can wait for:
/// a window that begins in a year must not be the one that counts until then.
public enum ClockError {
    /// What begins and ends with days, or lasts for hours.
    public static let toleratedSeconds: Int64 = 3600
    /// What goes by seconds or minutes.
    public static let toleratedSecondsOfPace: Int64 = 60

    /// How far ahead the window that counts may begin.
    public static func toleratedSeconds(for window: Window) -> Int64 {
        window == .minute || window == .bucket ? toleratedSecondsOfPace : toleratedSeconds
    }
}

extension Timestamp {
    /// Whether a clock that was wrong must have written it, if it is of something that has happened.
    public func isAhead(of now: Timestamp) -> Bool {
        self > now.advanced(bySeconds: ClockError.toleratedSeconds)
    }

    /// The latest end of what lasts so long, if it was begun by a clock that was no more ahead than is tolerated.
    public func latestEnd(ofSeconds seconds: Int64) -> Timestamp {
        advanced(bySeconds: seconds + ClockError.toleratedSeconds)
    }
}
