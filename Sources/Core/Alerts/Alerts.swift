/// The port to the alerts that the ledger wrote, and to what became of them on each channel of their rule.
///
/// Every method throws `StoreFailure`.
public protocol Alerts: Sendable {
    /// What is to be told now, the oldest first. Each delivery is leased: no other worker gets it before the lease is
    /// over, and then only if nobody has said what became of it. So one may come twice when a worker dies, and none is
    /// lost.
    func due(_ count: Int, leaseSeconds: Int64) async throws -> [AlertDelivery]

    func delivered(_ delivery: AlertDelivery.ID) async throws

    /// Tries again later, as `AlertRetry` has it, or gives up.
    func failed(_ delivery: AlertDelivery.ID, because failure: AlertFailure) async throws

    /// The newest first.
    func newest(_ count: Int) async throws -> [AlertStanding]
}

/// One alert on its way through one channel.
public struct AlertDelivery: Sendable, Hashable, Identifiable {
    public var id: Int64
    public var channel: AlertRule.Channel
    public var alert: Alert

    public init(id: Int64, channel: AlertRule.Channel, alert: Alert) {
        self.id = id
        self.channel = channel
        self.alert = alert
    }
}

/// An alert with what became of it; of one whose rule names no channel, nothing.
public struct AlertStanding: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case delivered(Timestamp)
        /// Is tried now or later.
        case waiting(until: Timestamp)
        case givenUp(Timestamp)
    }

    public struct Channel: Sendable, Hashable {
        public var channel: AlertRule.Channel
        public var state: State
        public var attempts: Int64
        /// Why the last try failed, if it did.
        public var failure: String?

        public init(channel: AlertRule.Channel, state: State, attempts: Int64, failure: String?) {
            self.channel = channel
            self.state = state
            self.attempts = attempts
            self.failure = failure
        }
    }

    public var alert: Alert
    public var channels: [Channel]

    public init(alert: Alert, channels: [Channel]) {
        self.alert = alert
        self.channels = channels
    }
}

/// When a delivery that failed is tried again.
public enum AlertRetry {
    private static let firstWaitSeconds: Int64 = 30
    public static let longestWaitSeconds: Int64 = 3600
    /// About as many as a day has room for: an alert of a clock that was ahead has no end of its day.
    private static let mostAttempts: Int64 = 36
    /// Who learns of it later than this learns it from the pages.
    public static let patienceSeconds: Int64 = 24 * 3600

    /// Half a minute, then twice as long each time, an hour at most. Whom a receiver asks to wait, waits at least that
    /// long, but no longer than an hour.
    ///
    /// - Returns: nil when it is time to give up: a day after the alert, or at once where trying again cannot help.
    public static func next(
        after attempts: Int64, of alert: Timestamp, because failure: AlertFailure, at now: Timestamp
    ) -> Timestamp? {
        guard !failure.isFinal, attempts < mostAttempts else { return nil }
        let doublings = min(max(0, attempts - 1), 20)
        let wait = max(firstWaitSeconds << doublings, failure.retryAfterSeconds ?? 0)
        let next = now.advanced(bySeconds: min(wait, longestWaitSeconds))
        return next > alert.advanced(bySeconds: patienceSeconds) ? nil : next
    }
}
