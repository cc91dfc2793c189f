/// What a group of people may take: the admin's unit of decision.
public struct Tier: Sendable, Hashable, Codable, Identifiable {
    public var id: TierID
    public var organization: OrganizationID
    public var settings: Settings
    /// A retired tier keeps its people and their limits, and takes no new ones.
    public var isRetired: Bool

    public init(id: TierID = .random(), organization: OrganizationID, settings: Settings, isRetired: Bool = false) {
        self.id = id
        self.organization = organization
        self.settings = settings
        self.isRetired = isRetired
    }

    public var name: String { settings.name }
}

extension Tier {
    /// Everything that can be edited about a tier.
    public struct Settings: Sendable, Hashable, Codable {
        public var name: String
        /// Who it is for, in words.
        public var audience: String
        public var maxPromptTokens: Int64
        public var maxReplyTokens: Int64
        /// The models that its people may use; all others are denied.
        public var models: Set<ModelID>
        public var disconnect: DisconnectPolicy
        public var atLimit: AtLimit
        public var allowance: Allowance

        public init(
            name: String, audience: String = "", maxPromptTokens: Int64, maxReplyTokens: Int64,
            models: Set<ModelID> = [], disconnect: DisconnectPolicy = .cancel(graceSeconds: 10),
            atLimit: AtLimit = AtLimit(), allowance: Allowance
        ) {
            self.name = name
            self.audience = audience
            self.maxPromptTokens = maxPromptTokens
            self.maxReplyTokens = maxReplyTokens
            self.models = models
            self.disconnect = disconnect
            self.atLimit = atLimit
            self.allowance = allowance
        }
    }

    /// What its people get where a limit leaves no room for what they asked: the first of these that there is, and
    /// where there is none, a refusal.
    public struct AtLimit: Sendable, Hashable, Codable {
        /// The model that the asked one falls back to answers, if its own limits allow.
        public var downgrades: Bool
        /// For how long the answer to an identical question may be given again; nil for never.
        public var cacheSeconds: Int64?

        public init(downgrades: Bool = false, cacheSeconds: Int64? = nil) {
            self.downgrades = downgrades
            self.cacheSeconds = cacheSeconds
        }

        /// What a tier that gives nothing instead leaves to the organization: the fallbacks of its rules that refuse.
        public func orElse(_ rules: [AlertRule]) -> AtLimit {
            guard self == AtLimit() else { return self }
            let fallbacks = rules.filter { $0.action == .block }.compactMap(\.fallback)
            return AtLimit(
                downgrades: fallbacks.contains(.downgrade),
                cacheSeconds: fallbacks.contains(.cache) ? Self.usualCacheSeconds : nil)
        }

        /// A day.
        public static let usualCacheSeconds: Int64 = 86_400

        /// Up to a year.
        public static let cacheRange: ClosedRange<Int64> = 60...31_536_000
    }

    /// The limits that each person of the tier has for themselves, or an API key for itself. Nil stands for no limit of
    /// that kind. A tier must have one of the token limits.
    public struct Allowance: Sendable, Hashable, Codable {
        public var tokensPerHour: Int64?
        public var tokensPerDay: Int64?
        public var tokensPerMonth: Int64?
        public var requestsPerMinute: Int64?
        public var concurrentRequests: Int64?

        public init(
            tokensPerHour: Int64? = nil, tokensPerDay: Int64? = nil, tokensPerMonth: Int64? = nil,
            requestsPerMinute: Int64? = nil, concurrentRequests: Int64? = nil
        ) {
            self.tokensPerHour = tokensPerHour
            self.tokensPerDay = tokensPerDay
            self.tokensPerMonth = tokensPerMonth
            self.requestsPerMinute = requestsPerMinute
            self.concurrentRequests = concurrentRequests
        }
    }
}
