import Core
import StrictJSON

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
struct ReportedUsage {
    private var prompt: ReportedCount?
    private var completion: ReportedCount?
    private var total: ReportedCount?
    private var cachedPrompt: ReportedCount?
    private var reasoning: ReportedCount?

    /// As chat completions, legacy completions and embeddings name the numbers.
    init(completion node: JSONNode) throws(UpstreamFailure) {
        prompt = try ReportedCount(node, "prompt_tokens")
        completion = try ReportedCount(node, "completion_tokens")
        total = try ReportedCount(node, "total_tokens")
        cachedPrompt = try ReportedCount(node.object("prompt_tokens_details"), "cached_tokens")
        reasoning = try ReportedCount(node.object("completion_tokens_details"), "reasoning_tokens")
    }

    /// As responses name them: <https://platform.openai.com/docs/api-reference/responses/object>.
    init(response node: JSONNode) throws(UpstreamFailure) {
        prompt = try ReportedCount(node, "input_tokens")
        completion = try ReportedCount(node, "output_tokens")
        total = try ReportedCount(node, "total_tokens")
        cachedPrompt = try ReportedCount(node.object("input_tokens_details"), "cached_tokens")
        reasoning = try ReportedCount(node.object("output_tokens_details"), "reasoning_tokens")
    }

    /// Nil where the object says nothing that can be believed.
    var usage: Usage? {
        let counts = [prompt, completion, total].compactMap { $0 }
        guard counts.allSatisfy(\.isCount), let prompt = prompt?.value, let completion = completion(after: prompt)
        else { return nil }
        return Usage(
            promptTokens: prompt,
            completionTokens: completion,
            cachedPromptTokens: min(cachedPrompt?.value ?? 0, prompt),
            reasoningTokens: min(reasoning?.value ?? 0, completion),
            source: .reported
        )
    }

    private func completion(after prompt: Int64) -> Int64? {
        let rest = total?.value.map { max(0, $0 - prompt) }
        return [completion?.value, rest].compactMap { $0 }.max()
    }
}

/// A JSON number that should be a count of tokens.
private struct ReportedCount {
    /// Nil for a number that no count can be.
    let value: Int64?

    var isCount: Bool { value != nil }

    /// Nil where there is no such member.
    init?(_ object: JSONNode?, _ name: String) throws(UpstreamFailure) {
        guard let number = try object?.number(name) else { return nil }
        value = number.integer.flatMap { $0 >= 0 ? $0 : nil }
    }
}
