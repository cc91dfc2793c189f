/// What a hold is asked for with.
public struct HoldRequest: Sendable, Hashable {
    public var requestID: RequestID
    /// The worker that will settle it.
    public var owner: String
    public var origin: Origin
    public var demand: Demand
    /// When another worker may take the owner for gone.
    public var leaseUntil: Timestamp
    /// Whether it can wait for its turn; else it is let in without one, or refused.
    public var mayWait: Bool
    /// Whether only as much of the reply is held at first as replies of this person and model usually take. Else all
    /// of it is, unless the demand itself expects less.
    public var holdsWhatIsUsual: Bool

    public init(
        requestID: RequestID, owner: String, origin: Origin, demand: Demand, leaseUntil: Timestamp,
        mayWait: Bool = false, holdsWhatIsUsual: Bool = false
    ) {
        self.requestID = requestID
        self.owner = owner
        self.origin = origin
        self.demand = demand
        self.leaseUntil = leaseUntil
        self.mayWait = mayWait
        self.holdsWhatIsUsual = holdsWhatIsUsual
    }
}

/// Where a request comes from and where it goes: what a usage row is filed under.
public struct Origin: Sendable, Hashable {
    public var path: QuotaPath
    /// The model's name as it was asked for.
    public var modelAsked: String
    public var conversation: ConversationID?
    /// What the request is for, where an integration says so.
    public var feature: String?

    public init(path: QuotaPath, modelAsked: String, conversation: ConversationID? = nil, feature: String? = nil) {
        self.path = path
        self.modelAsked = modelAsked
        self.conversation = conversation
        self.feature = feature
    }
}

/// How far a running request is.
public struct HoldProgress: Sendable, Hashable {
    public var requestID: RequestID
    /// Our count of the reply so far.
    public var streamedTokens: Int64

    public init(requestID: RequestID, streamedTokens: Int64) {
        self.requestID = requestID
        self.streamedTokens = streamedTokens
    }
}

/// Until when the owner of a request counts as alive. It is another one after each refresh.
public struct Lease: Sendable, Hashable {
    public var requestID: RequestID
    public var until: Timestamp

    public init(requestID: RequestID, until: Timestamp) {
        self.requestID = requestID
        self.until = until
    }
}

/// What other workers want of a running request.
public struct HoldStanding: Sendable, Hashable {
    public var isAskedToStop: Bool
    /// Somebody follows it from another worker until then.
    public var watchedUntil: Timestamp?

    public init(isAskedToStop: Bool, watchedUntil: Timestamp?) {
        self.isAskedToStop = isAskedToStop
        self.watchedUntil = watchedUntil
    }
}

/// A request that runs now.
public struct OpenHold: Sendable, Hashable, Identifiable {
    public var id: RequestID
    public var owner: String
    public var origin: Origin
    public var promptTokens: Int64
    public var replyCap: Int64
    public var streamedTokens: Int64
    public var openedAt: Timestamp
    public var leaseUntil: Timestamp
    public var isAskedToStop: Bool

    public init(
        id: RequestID, owner: String, origin: Origin, promptTokens: Int64, replyCap: Int64, streamedTokens: Int64,
        openedAt: Timestamp, leaseUntil: Timestamp, isAskedToStop: Bool
    ) {
        self.id = id
        self.owner = owner
        self.origin = origin
        self.promptTokens = promptTokens
        self.replyCap = replyCap
        self.streamedTokens = streamedTokens
        self.openedAt = openedAt
        self.leaseUntil = leaseUntil
        self.isAskedToStop = isAskedToStop
    }
}
