/// When a worker that ended is started again: at once, unless it keeps ending as soon as it has begun.
struct Restarts {
    /// A worker that lived at least this long had begun its work.
    static let healthyLifetime: Duration = .seconds(10)
    static let longestDelay: Duration = .seconds(30)

    private var earlyEnds = 0

    /// - Returns: how long to wait: nothing after a healthy life and after the first early end, then 1, 2, 4 … 30
    ///   seconds. It never gives up.
    mutating func delay(afterLifetime lifetime: Duration) -> Duration {
        earlyEnds = lifetime < Self.healthyLifetime ? earlyEnds + 1 : 0
        guard earlyEnds > 1 else { return .zero }
        return min(.seconds(1 << min(earlyEnds - 2, 10)), Self.longestDelay)
    }
}
