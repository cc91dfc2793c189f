/// The port to what a monitoring system watches. Nothing in it names a person.
///
/// Every method throws `StoreFailure`.
public protocol Metrics: Sendable {
    func reading() async throws -> MetricsReading
}

/// How everything stands at one moment, over all workers.
public struct MetricsReading: Sendable, Hashable {
    /// Requests that wait for their turn.
    public var queueDepth: Int64
    /// Requests that run.
    public var openHolds: Int64
    /// The organization's limits and those of its projects, with whose they are.
    public var levels: [Level]
    /// When the organization's day began: from then on the numbers below count.
    public var since: Timestamp
    public var usage: UsageTotals
    public var refusals: [Refused]
    /// Alerts by what their rule does.
    public var alerts: [AlertRule.Action: Int64]
    /// Deliveries of alerts that are still to be made.
    public var waitingDeliveries: Int64
    /// Those that were given up since.
    public var givenUpDeliveries: Int64

    public struct Level: Sendable, Hashable {
        public var account: Account
        public var holderName: String
        public var modelName: String?

        public init(account: Account, holderName: String, modelName: String?) {
            self.account = account
            self.holderName = holderName
            self.modelName = modelName
        }
    }

    /// Requests that a kind of limit refused, or would have refused.
    public struct Refused: Sendable, Hashable {
        public var limit: Limit.Name
        public var mode: Limit.Mode
        public var requests: Int64

        public init(limit: Limit.Name, mode: Limit.Mode, requests: Int64) {
            self.limit = limit
            self.mode = mode
            self.requests = requests
        }
    }

    public init(
        queueDepth: Int64, openHolds: Int64, levels: [Level], since: Timestamp, usage: UsageTotals,
        refusals: [Refused], alerts: [AlertRule.Action: Int64], waitingDeliveries: Int64, givenUpDeliveries: Int64
    ) {
        self.queueDepth = queueDepth
        self.openHolds = openHolds
        self.levels = levels
        self.since = since
        self.usage = usage
        self.refusals = refusals
        self.alerts = alerts
        self.waitingDeliveries = waitingDeliveries
        self.givenUpDeliveries = givenUpDeliveries
    }
}
