import Core
import StrictJSON

extension JSONValue {
    /// `usage` as OpenAI's completions have it.
    ///
    /// Source: <https://platform.openai.com/docs/api-reference/chat/object#chat/object-usage>.
    static func usage(_ usage: Usage) -> JSONValue {
        .object([
            Member("prompt_tokens", .number(usage.promptTokens)),
            Member("completion_tokens", .number(usage.completionTokens)),
            Member("total_tokens", .number(usage.totalTokens)),
            Member(
                "prompt_tokens_details",
                .object([Member("cached_tokens", .number(usage.cachedPromptTokens))])),
            Member(
                "completion_tokens_details",
                .object([Member("reasoning_tokens", .number(usage.reasoningTokens))])),
        ])
    }
}
