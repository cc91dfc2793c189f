/// What a request asks of its limits before it runs.
public struct Demand: Sendable, Hashable, Codable {
    public var promptTokens: Int64
    /// The longest reply that is wanted and allowed; the limits may shorten it.
    public var replyCap: Int64
    /// A reply cut shorter than this would be of no use: then the request is refused instead.
    public var minimumReply: Int64
    /// How long the reply will be, most likely: so much is held at first, and more as it grows. Nil holds all of
    /// `replyCap` at once.
    public var expectedReply: Int64?
    public var tariff: Tariff

    public init(
        promptTokens: Int64, replyCap: Int64, minimumReply: Int64 = 1, expectedReply: Int64? = nil,
        tariff: Tariff = Tariff()
    ) {
        self.promptTokens = promptTokens
        self.replyCap = replyCap
        self.minimumReply = minimumReply
        self.expectedReply = expectedReply
        self.tariff = tariff
    }

    /// The least that must fit for the request to run.
    var leastReply: Int64 { min(minimumReply, replyCap) }

    /// Nonsense is refused before any arithmetic: negative tokens or a tariff that gives tokens away.
    public var isSound: Bool {
        promptTokens >= 0 && replyCap >= 0 && minimumReply >= 0 && expectedReply ?? 0 >= 0 && tariff.isSound
    }
}
