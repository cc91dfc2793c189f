/// What a limit of the organization will have come to at the end of its window, by what is known now. Amounts are in the
/// unit of the limit's meter.
///
/// The rule: what is used, plus what the rest of the window will take at the pace seen so far. Three things tell the pace:
///
/// - **The window so far.** Early on it tells little: it counts fully from a quarter of the window on, and before that
///   in proportion.
/// - **The windows before**, on average, for the part that the window so far does not tell. Where none is known, the
///   whole limit is expected to go.
/// - **The last hours.** What they took, the next ones are expected to take as well, if that is more.
public struct Forecast: Sendable, Hashable {
    /// The limit as it stands.
    public var amount: Int64
    /// In this window, with what running requests hold.
    public var taken: Int64
    public var start: Timestamp
    public var end: Timestamp
    /// In the last `hours(before:)`, this window's or not.
    public var recent: Int64
    public var recentHours: Int64
    /// What the windows before came to.
    public var previous: [Int64]

    public init(
        amount: Int64, taken: Int64, start: Timestamp, end: Timestamp, recent: Int64, recentHours: Int64,
        previous: [Int64]
    ) {
        self.amount = amount
        self.taken = taken
        self.start = start
        self.end = end
        self.recent = recent
        self.recentHours = recentHours
        self.previous = previous
    }

    /// How many of the last hours tell the pace of such a window; nil for windows of which there is no forecast.
    public static func recentHours(for window: Window) -> Int64? {
        switch window {
        case .day: 3
        case .week, .month: 24
        case .perRequest, .minute, .hour, .bucket, .lifetime: nil
        }
    }

    /// So many of the windows before are looked at.
    public static let previousWindows = 4

    /// - Returns: never less than what is taken.
    public func atEnd(seenAt now: Timestamp) -> Int64 {
        let length = Int128(max(1, end.milliseconds.subtractingClamped(start.milliseconds)))
        let elapsed = min(length, max(0, Int128(now.milliseconds) - Int128(start.milliseconds)))
        let rest = length - elapsed
        let soon = min(rest, Int128(max(1, recentHours)) * 3_600_000)
        let usual = { steady(over: $0, elapsed: elapsed, length: length) }
        let recently = Int128(max(0, recent)) * soon / (Int128(max(1, recentHours)) * 3_600_000)
        return Int64(clamping: Int128(taken) + usual(rest - soon) + max(usual(soon), recently))
    }

    /// What a stretch of the rest takes at the pace of this window and those before. The quarter under the first term
    /// is what keeps a window's first minutes from being multiplied to a whole window.
    private func steady(over stretch: Int128, elapsed: Int128, length: Int128) -> Int128 {
        let quarter = max(1, length / 4)
        let byThis = Int128(max(0, taken)) * stretch / max(elapsed, quarter)
        let byOthers = usualWindow * stretch / length
        return byThis + byOthers * max(0, quarter - elapsed) / quarter
    }

    private var usualWindow: Int128 {
        guard !previous.isEmpty else { return Int128(max(0, amount)) }
        return previous.reduce(Int128(0)) { $0 + Int128(max(0, $1)) } / Int128(previous.count)
    }

    /// The forecast in parts per million of the limit; rounded up, so that what is just too much is not just enough.
    public func share(seenAt now: Timestamp) -> Int64 {
        guard amount > 0 else { return .max }
        return Int64(clamping: (Int128(atEnd(seenAt: now)) * 1_000_000 + Int128(amount) - 1) / Int128(amount))
    }
}
