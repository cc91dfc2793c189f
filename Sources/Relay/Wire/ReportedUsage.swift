import Core

/// The `usage` object of an upstream, before it is believed.
///
/// The rule for odd numbers:
/// - A field of another JSON type than number makes the whole event garbage.
/// - A number that cannot be a count (negative, a fraction, beyond 64 bits), or no `prompt_tokens` or nothing to know
///   the completion by, makes the whole object **missing**: then the gate charges by its own count.
/// - Any other number is passed on, however large, and so is zero: only the gate knows prompt and cap to judge it by.
/// - Some upstreams (xAI, Gemini's compatible interface) leave reasoning out of `completion_tokens` but have it in
///   `total_tokens`, as on their bill: the completion is the larger of `completion_tokens` and `total - prompt`.
/// - A detail that is no count, or larger than its whole, is only advice and is taken as 0 or as the whole.
///
/// Source: <https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage>.
struct ReportedUsage: Decodable {
    struct PromptDetails: Decodable {
        var cachedTokens: ReportedCount?

        enum CodingKeys: String, CodingKey {
            case cachedTokens = "cached_tokens"
        }
    }

    struct CompletionDetails: Decodable {
        var reasoningTokens: ReportedCount?

        enum CodingKeys: String, CodingKey {
            case reasoningTokens = "reasoning_tokens"
        }
    }

    var promptTokens: ReportedCount?
    var completionTokens: ReportedCount?
    var totalTokens: ReportedCount?
    var promptTokensDetails: PromptDetails?
    var completionTokensDetails: CompletionDetails?

    enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case totalTokens = "total_tokens"
        case promptTokensDetails = "prompt_tokens_details"
        case completionTokensDetails = "completion_tokens_details"
    }

    /// Nil where the object says nothing that can be believed.
    var usage: Usage? {
        let counts = [promptTokens, completionTokens, totalTokens].compactMap { $0 }
        guard counts.allSatisfy(\.isCount), let prompt = promptTokens?.value, let completion = completion(after: prompt)
        else { return nil }
        return Usage(
            promptTokens: prompt,
            completionTokens: completion,
            cachedPromptTokens: min(promptTokensDetails?.cachedTokens?.value ?? 0, prompt),
            reasoningTokens: min(completionTokensDetails?.reasoningTokens?.value ?? 0, completion),
            source: .reported
        )
    }

    private func completion(after prompt: Int64) -> Int64? {
        let rest = totalTokens?.value.map { max(0, $0 - prompt) }
        return [completionTokens?.value, rest].compactMap { $0 }.max()
    }
}

/// A JSON number that should be a count of tokens.
struct ReportedCount: Decodable {
    /// Nil for a number that no count can be.
    let value: Int64?

    var isCount: Bool { value != nil }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let whole = try? container.decode(Int64.self) {
            value = whole >= 0 ? whole : nil
        } else {
            _ = try container.decode(Double.self)
            value = nil
        }
    }
}
