import Core

/// One event of a streamed chat completion, or a whole one: they differ only in `delta` against `message`.
///
/// Fields that are not named here are ignored; a named field of another JSON type than OpenAI's is an error, and so
/// is text with half of a surrogate pair. Null and absent are the same.
///
/// Source: <https://platform.openai.com/docs/api-reference/chat-streaming>.
struct ChatCompletionChunk: Decodable {
    struct Choice: Decodable {
        var index: Int?
        var delta: Message?
        var message: Message?
        var finishReason: String?

        enum CodingKeys: String, CodingKey {
            case index, delta, message
            case finishReason = "finish_reason"
        }
    }

    struct Message: Decodable {
        var content: String?
        /// What the model says instead of an answer when it declines: text for the reader like any other.
        var refusal: String?
        /// DeepSeek, SGLang and older vLLM.
        var reasoningContent: String?
        /// The same thing at OpenRouter, Groq and newer vLLM. Some send both: then they are equal.
        var reasoning: String?

        enum CodingKeys: String, CodingKey {
            case content, refusal, reasoning
            case reasoningContent = "reasoning_content"
        }
    }

    var model: String?
    var choices: [Choice]?
    var usage: ReportedUsage?
    var error: UpstreamErrorBody.Complaint?
}

extension ChatCompletionChunk.Choice {
    /// Reasoning first, as it was thought; the text; then why it ended.
    func append(to events: inout [UpstreamEvent]) {
        (delta ?? message)?.append(to: &events)
        if let finishReason { events.append(.finished(FinishReason(rawValue: finishReason) ?? .other)) }
    }
}

extension ChatCompletionChunk.Message {
    /// Without what says nothing.
    fileprivate func append(to events: inout [UpstreamEvent]) {
        if let reasoning = reasoningContent ?? reasoning, !reasoning.isEmpty { events.append(.reasoning(reasoning)) }
        if let content, !content.isEmpty { events.append(.text(content)) }
        if let refusal, !refusal.isEmpty { events.append(.text(refusal)) }
    }
}
