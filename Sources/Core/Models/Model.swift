/// A model as people choose it: a public name, where it is served, what it costs.
public struct Model: Sendable, Hashable, Codable, Identifiable {
    public var id: ModelID
    public var organization: OrganizationID
    public var settings: Settings

    public init(id: ModelID = .random(), organization: OrganizationID, settings: Settings) {
        self.id = id
        self.organization = organization
        self.settings = settings
    }

    public var name: String { settings.name }
}

extension Model {
    /// Everything that can be edited about a model.
    public struct Settings: Sendable, Hashable, Codable {
        /// What people and API clients call it.
        public var name: String
        public var upstream: UpstreamID
        /// What the upstream calls it.
        public var upstreamModel: String
        /// How its tokens are counted, such as `o200k_base`; nil to go by the upstream's name of the model.
        public var encoding: String?
        /// The most tokens that a prompt and its reply can have together.
        public var contextWindow: Int64
        public var maxReplyTokens: Int64
        /// A reply cut shorter than this is of no use: then the request is refused instead.
        public var minimumReplyTokens: Int64
        /// Answers where the limits leave no room for this one, in tiers that downgrade; and so on, along the chain.
        public var fallback: ModelID?
        /// Whether the longest reply is held at once, instead of what is usual: for models that produce what nobody can
        /// count as it comes.
        public var holdsWholeReply: Bool
        public var tariff: Tariff
        /// The tiers whose people may use it; all others are denied.
        public var tiers: Set<TierID>
        /// Offered to nobody, whatever the tiers say.
        public var isRetired: Bool

        public init(
            name: String, upstream: UpstreamID, upstreamModel: String, encoding: String? = nil, contextWindow: Int64,
            maxReplyTokens: Int64, minimumReplyTokens: Int64 = ReplyBounds.usualMinimumReplyTokens,
            fallback: ModelID? = nil, holdsWholeReply: Bool = false, tariff: Tariff = Tariff(), tiers: Set<TierID> = [],
            isRetired: Bool = false
        ) {
            self.name = name
            self.upstream = upstream
            self.upstreamModel = upstreamModel
            self.encoding = encoding
            self.contextWindow = contextWindow
            self.maxReplyTokens = maxReplyTokens
            self.minimumReplyTokens = minimumReplyTokens
            self.fallback = fallback
            self.holdsWholeReply = holdsWholeReply
            self.tariff = tariff
            self.tiers = tiers
            self.isRetired = isRetired
        }

        /// Whether the name is taken and the upstream and tiers exist, only the store knows.
        public var flaws: Flaws {
            var flaws = tariff.flaws
            flaws.note(name.nameProblem(), about: "name")
            flaws.note(upstreamModel.nameProblem(maxCharacters: 200), about: "upstreamModel")
            flaws.note(encoding.flatMap { $0.nameProblem() }, about: "encoding")
            flaws.note(contextWindow.problem(outside: Tier.Settings.tokenRange), about: "contextWindow")
            flaws.note(maxReplyTokens.problem(outside: 1...max(1, contextWindow)), about: "maxReplyTokens")
            flaws.note(minimumReplyTokens.problem(outside: Tier.Settings.tokenRange), about: "minimumReplyTokens")
            return flaws
        }
    }
}

extension Tariff {
    /// Up to a thousand dollars for a thousand tokens, and a weight of a thousand.
    fileprivate var flaws: Flaws {
        let price: ClosedRange<Int64> = 0...1_000_000_000_000_000
        var flaws = Flaws([])
        flaws.note(promptNanodollarsPerMillion.problem(outside: price), about: "promptPrice")
        flaws.note(completionNanodollarsPerMillion.problem(outside: price), about: "completionPrice")
        flaws.note(cachedPromptNanodollarsPerMillion.flatMap { $0.problem(outside: price) }, about: "cachedPromptPrice")
        flaws.note(weightPartsPerMillion.problem(outside: 0...1_000_000_000), about: "weight")
        flaws.note(
            cachedPromptWeightPartsPerMillion.flatMap { $0.problem(outside: Self.partWeightRange) },
            about: "cachedPromptWeight")
        flaws.note(
            reasoningWeightPartsPerMillion.flatMap { $0.problem(outside: Self.partWeightRange) },
            about: "reasoningWeight")
        return flaws
    }
}

/// The models of the organization.
///
/// Every method that changes something writes the audit log in the same transaction, and throws `Flaws`, `NotFound` or
/// `StoreFailure` when it changed nothing. A change is felt by the next request in every worker.
public protocol Models: Sendable {
    /// By name, the retired ones last.
    func all() async throws -> [Model]
    func model(_ id: ModelID) async throws -> Model?

    /// What a person's tier allows, by name, without the retired ones.
    func allowed(for person: PersonID) async throws -> [Model]

    func create(_ settings: Model.Settings, by actor: Actor) async throws -> Model
    func change(_ model: ModelID, to settings: Model.Settings, by actor: Actor) async throws -> Model
}
