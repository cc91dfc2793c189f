/// The port that keeps the text of replies, so that any worker can show one that another worker is reading.
public protocol Transcript: Sendable {
    /// Keeps what has come so far. Called about once a second for every reply that grew; requests that belong to no
    /// conversation are ignored.
    ///
    /// - Throws: `StoreFailure`; the text comes again with the next call.
    func repliesProgressed(_ replies: [ReplyProgress]) async throws

    /// Keeps the whole text and how it ended. Idempotent: it is called again when it failed.
    ///
    /// - Throws: `StoreFailure`.
    func replyEnded(_ reply: ReplyRecord) async throws
}

public struct ReplyProgress: Sendable, Hashable {
    public var requestID: RequestID
    /// Everything so far, not only what is new.
    public var text: String
    public var room: ReplyRoom
    public var substitute: Substitute?

    public init(requestID: RequestID, text: String, room: ReplyRoom, substitute: Substitute? = nil) {
        self.requestID = requestID
        self.text = text
        self.room = room
        self.substitute = substitute
    }
}

public struct ReplyRecord: Sendable, Hashable {
    public var requestID: RequestID
    /// The whole reply; nil when the worker that had it is gone, and what was kept so far is all there is.
    public var text: String?
    public var ending: ReplyEnding

    public init(requestID: RequestID, text: String?, ending: ReplyEnding) {
        self.requestID = requestID
        self.text = text
        self.ending = ending
    }
}

/// How a reply ended, for those who read it.
public struct ReplyEnding: Sendable, Hashable {
    public var outcome: Outcome
    /// What was charged.
    public var usage: Usage
    /// In nanodollars.
    public var cost: Int64
    /// As the upstream gave it; `length` also where the gate cut the reply.
    public var finishReason: FinishReason?
    /// The model that the upstream says it answered with.
    public var modelServed: String?
    /// What went wrong upstream, when the outcome is `failed`.
    public var failure: UpstreamFailure?
    /// Nil when the worker that knew it is gone: what was kept with the text stands.
    public var room: ReplyRoom?
    /// The limit that left no more room, when the outcome is `limited`; nil where the ledger could not be asked.
    public var limitedBy: Refusal?
    /// What it was in place of what was asked for; nil also when the worker that knew it is gone.
    public var substitute: Substitute?

    public init(
        outcome: Outcome, usage: Usage, cost: Int64, finishReason: FinishReason? = nil, modelServed: String? = nil,
        failure: UpstreamFailure? = nil, room: ReplyRoom? = nil, limitedBy: Refusal? = nil,
        substitute: Substitute? = nil
    ) {
        self.outcome = outcome
        self.usage = usage
        self.cost = cost
        self.finishReason = finishReason
        self.modelServed = modelServed
        self.failure = failure
        self.room = room
        self.limitedBy = limitedBy
        self.substitute = substitute
    }
}
