/// What a request is charged, given what the upstream reported and what we counted.
struct UsageJudgement: Sendable, Hashable {
    var usage: Usage
    /// The upstream reported something that nobody can believe.
    var isDoubtful: Bool

    /// - Parameters:
    ///   - reported: the upstream's last word, if it gave one.
    ///   - counted: our count of the prompt and of the whole reply.
    ///   - replyCap: what the upstream was allowed to produce.
    ///   - isWhole: whether the upstream came to its end. Else its numbers may be older than its text, and the larger
    ///     of both counts.
    init(reported: Usage?, counted: Usage, replyCap: Int64, isWhole: Bool) {
        guard let reported else {
            self.init(usage: counted, isDoubtful: false)
            return
        }
        let isDoubtful = !Self.isBelievable(reported, counted: counted, replyCap: replyCap)
        self.init(
            usage: isDoubtful ? counted : isWhole ? reported : Self.larger(reported, counted), isDoubtful: isDoubtful)
    }

    /// Whether the upstream charged for a longer reply than it showed: by more than counts differ.
    ///
    /// - Parameter shown: the most tokens that what came can have.
    func isMoreThan(_ shown: Int64) -> Bool {
        usage.source == .reported && usage.completionTokens > shown.addingClamped(shown / 10).addingClamped(16)
    }

    private init(usage: Usage, isDoubtful: Bool) {
        self.usage = usage
        self.isDoubtful = isDoubtful
    }

    /// Tokenizers differ, and an upstream may add a system prompt of its own: from a tenth of our count of the prompt up
    /// to ten times of it and a thousand. A reply may be twice its cap and a thousand, where the cap is not taken exactly.
    /// Nothing that is there has no tokens: servers that do not count report zeros.
    private static func isBelievable(_ usage: Usage, counted: Usage, replyCap: Int64) -> Bool {
        let mostReply = times(2, max(replyCap, counted.completionTokens))
        return usage.isSound
            && (least(counted.promptTokens)...times(10, counted.promptTokens)).contains(usage.promptTokens)
            && (least(counted.completionTokens)...mostReply).contains(usage.completionTokens)
            && (0...usage.promptTokens).contains(usage.cachedPromptTokens)
            && (0...usage.completionTokens).contains(usage.reasoningTokens)
    }

    private static func least(_ counted: Int64) -> Int64 {
        counted > 0 ? max(1, counted / 10) : 0
    }

    private static func times(_ factor: Int64, _ tokens: Int64) -> Int64 {
        Int64(clamping: Int128(factor) * Int128(tokens) + 1000)
    }

    private static func larger(_ left: Usage, _ right: Usage) -> Usage {
        var usage = left
        usage.promptTokens = max(left.promptTokens, right.promptTokens)
        usage.completionTokens = max(left.completionTokens, right.completionTokens)
        usage.reasoningTokens = max(left.reasoningTokens, right.reasoningTokens)
        return usage
    }
}
