/// Why a request that the upstream had accepted came to its end. Whatever the reason, what was used is charged.
public enum Outcome: String, Sendable, Codable, Hashable, CaseIterable {
    /// The upstream came to the end of its reply.
    case finished
    /// The reader asked to stop.
    case stopped
    /// Nobody was left to read it, and the tier's policy is to cancel.
    case abandoned
    /// The upstream broke off or sent what nobody understands.
    case failed
    /// The upstream went on beyond the reply that was held, and was cut there.
    case overran
    /// No more could be held for it: a limit was reached while it was written.
    case limited
    /// The worker was shut down and its time to drain was over.
    case shutDown
    /// Its worker was gone: another one settled it.
    case expired
}

/// How a request ended, for the ledger.
public struct Ending: Sendable, Hashable {
    public var usage: Usage
    public var outcome: Outcome
    /// The model that the upstream says it answered with.
    public var modelServed: String?
    /// The upstream's own numbers were beyond belief, so `usage` is our count.
    public var isDoubtful: Bool
    /// The upstream charged for more of a reply than it showed, such as reasoning: what this model produces cannot be
    /// counted as it comes.
    public var producedUnseen: Bool

    public init(
        usage: Usage, outcome: Outcome, modelServed: String? = nil, isDoubtful: Bool = false,
        producedUnseen: Bool = false
    ) {
        self.usage = usage
        self.outcome = outcome
        self.modelServed = modelServed
        self.isDoubtful = isDoubtful
        self.producedUnseen = producedUnseen
    }
}

/// What a request was charged.
public struct Settlement: Sendable, Hashable {
    public var requestID: RequestID
    public var usage: Usage
    /// In nanodollars, by the prices at the time of the hold.
    public var cost: Int64
    public var outcome: Outcome
    public var openedAt: Timestamp
    public var endedAt: Timestamp

    public init(
        requestID: RequestID, usage: Usage, cost: Int64, outcome: Outcome, openedAt: Timestamp, endedAt: Timestamp
    ) {
        self.requestID = requestID
        self.usage = usage
        self.cost = cost
        self.outcome = outcome
        self.openedAt = openedAt
        self.endedAt = endedAt
    }
}
