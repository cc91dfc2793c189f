/// Tokens that one request took from the upstream.
public struct Usage: Sendable, Hashable, Codable {
    /// Where the numbers come from.
    public enum Source: String, Sendable, Codable {
        /// The upstream's own `usage`, where it can be believed (`UsageJudgement`).
        case reported
        /// Our count of the prompt and of the text that was relayed, because the upstream reported nothing.
        case counted
    }

    public var promptTokens: Int64
    /// Everything the model produced, reasoning included.
    public var completionTokens: Int64
    /// The part of `promptTokens` that the upstream served from its cache.
    public var cachedPromptTokens: Int64
    /// The part of `completionTokens` that was reasoning nobody sees.
    public var reasoningTokens: Int64
    public var source: Source

    public init(
        promptTokens: Int64, completionTokens: Int64, cachedPromptTokens: Int64 = 0, reasoningTokens: Int64 = 0,
        source: Source
    ) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedPromptTokens = cachedPromptTokens
        self.reasoningTokens = reasoningTokens
        self.source = source
    }

    /// Nobody takes less than nothing, and no request more than 10¹² tokens of a kind: beyond that, sums overflow.
    public var isSound: Bool {
        let possible: ClosedRange<Int64> = 0...1_000_000_000_000
        return [promptTokens, completionTokens, cachedPromptTokens, reasoningTokens].allSatisfy(possible.contains)
    }

    public var totalTokens: Int64 { promptTokens.addingClamped(completionTokens) }
}
