/// The port that tells the gate who may send what where. Read anew for every prompt, so that an administrator's edit
/// is felt by the next one.
public protocol GatePolicy: Sendable {
    /// Where prompts of `person` for the model of this public name go, and within which bounds.
    ///
    /// - Throws: `GateError.personDisabled` (also for an unknown person), `.unknownModel`, `.modelNotInTier`;
    ///   `StoreFailure`.
    func route(of person: PersonID, to model: String) async throws -> Route
}

/// One person's way to one model. The path has neither project nor key: those come with the prompt.
public struct Route: Sendable, Hashable {
    public var path: QuotaPath
    public var endpoint: UpstreamEndpoint
    public var meteredModel: MeteredModel
    public var tariff: Tariff
    public var bounds: ReplyBounds
    public var disconnectPolicy: DisconnectPolicy
    /// What the tier gives instead, where a limit leaves no room.
    public var atLimit: Tier.AtLimit
    /// The public name of the model that answers instead of this one; nil where the chain ends.
    public var fallback: String?
    /// Whether the longest reply is held at once.
    public var holdsWholeReply: Bool
    /// Whether the cache has answers of others, too.
    public var sharesCache: Bool
    /// What the organization says about its limits.
    public var alertRules: [AlertRule]
    /// Whether room is waited for that others only hold.
    public var waitsForHolds: Bool

    public init(
        path: QuotaPath, endpoint: UpstreamEndpoint, meteredModel: MeteredModel, tariff: Tariff, bounds: ReplyBounds,
        disconnectPolicy: DisconnectPolicy, atLimit: Tier.AtLimit = Tier.AtLimit(), fallback: String? = nil,
        holdsWholeReply: Bool = false, sharesCache: Bool = false,
        alertRules: [AlertRule] = AlertRule.usual,
        waitsForHolds: Bool = false
    ) {
        self.path = path
        self.endpoint = endpoint
        self.meteredModel = meteredModel
        self.tariff = tariff
        self.bounds = bounds
        self.disconnectPolicy = disconnectPolicy
        self.atLimit = atLimit
        self.fallback = fallback
        self.holdsWholeReply = holdsWholeReply
        self.sharesCache = sharesCache
        self.alertRules = alertRules
        self.waitsForHolds = waitsForHolds
    }
}

/// How long a prompt and its reply may be, in tokens, before any quota is asked.
public struct ReplyBounds: Sendable, Hashable {
    /// The tier's.
    public var maxPromptTokens: Int64
    /// The smaller of the tier's and the model's.
    public var maxReplyTokens: Int64
    /// What prompt and reply may be together; nil when the model has no known bound.
    public var contextWindow: Int64?
    /// A reply that must be cut shorter than this is refused instead.
    public var minimumReplyTokens: Int64

    /// A sentence or two: fewer tokens answer hardly anything.
    public static let usualMinimumReplyTokens: Int64 = 16

    public init(
        maxPromptTokens: Int64, maxReplyTokens: Int64, contextWindow: Int64? = nil,
        minimumReplyTokens: Int64 = usualMinimumReplyTokens
    ) {
        self.maxPromptTokens = maxPromptTokens
        self.maxReplyTokens = maxReplyTokens
        self.contextWindow = contextWindow
        self.minimumReplyTokens = minimumReplyTokens
    }

    /// The longest prompt that leaves room for the shortest reply.
    public var longestPrompt: Int64 {
        guard let contextWindow else { return maxPromptTokens }
        return max(0, min(maxPromptTokens, contextWindow.subtractingClamped(min(minimumReplyTokens, maxReplyTokens))))
    }

    /// The longest reply to a prompt of this length, where the reader asked for at most `asked`.
    func longestReply(to promptTokens: Int64, asked: Int64?) -> Int64 {
        let room = contextWindow.map { $0.subtractingClamped(promptTokens) } ?? .max
        return max(0, min(asked ?? .max, maxReplyTokens, room))
    }
}

/// What becomes of a reply that nobody reads any more. A tier decides; what was produced is charged either way.
public enum DisconnectPolicy: Sendable, Hashable, Codable {
    /// Closed upstream when nobody came back within this time.
    case cancel(graceSeconds: Int64)
    /// Read to its end, so that it is there when the reader returns.
    case drain
}
