import Core
import StrictJSON

/// One event of a streamed completion, or a whole one: they differ only in `delta` against `message`, and a legacy
/// completion has its `text` beside the index.
///
/// Members that are not named here are ignored; a named one of another JSON type than OpenAI's is garbage.
///
/// Source: <https://platform.openai.com/docs/api-reference/chat-streaming>.
struct ChatCompletionChunk {
    struct Choice {
        var index: Int64
        var said: [UpstreamEvent]
        var finishReason: String?
    }

    var model: String?
    var choices: [Choice]
    var hasChoices: Bool
    var usage: ReportedUsage?
    var error: UpstreamErrorBody.Complaint?

    init(_ root: JSONNode) throws(UpstreamFailure) {
        guard root.kind == .object else { throw .garbage(detail: "no object") }
        error = root.member("error").map(UpstreamErrorBody.Complaint.init)
        model = try root.text("model")
        usage = try root.object("usage").map(ReportedUsage.init(completion:))
        choices = []
        for choice in try root.list("choices") { choices.append(try Choice(choice)) }
        hasChoices = !choices.isEmpty
    }

    /// The model's name where it is a new one.
    func modelEvents(after known: String?) -> [UpstreamEvent] {
        guard let model, !model.isEmpty, model != known else { return [] }
        return [.servedModel(model)]
    }

    var usageEvents: [UpstreamEvent] { usage?.usage.map { [.usage($0)] } ?? [] }
}

extension ChatCompletionChunk.Choice {
    fileprivate init(_ node: JSONNode) throws(UpstreamFailure) {
        index = try node.number("index")?.integer ?? 0
        finishReason = try node.text("finish_reason")
        let text = try node.text("text")
        said = Self.pieces([(.text, text)])
        for name in ["delta", "message"] {
            if let message = try node.object(name) { said += try Self.events(of: message) }
        }
    }

    /// What was said, then why it ended.
    var events: [UpstreamEvent] {
        said + (finishReason.map { [.finished(FinishReason(rawValue: $0) ?? .other)] } ?? [])
    }

    /// Reasoning first, as it was thought; the text; then calls.
    private static func events(of message: JSONNode) throws(UpstreamFailure) -> [UpstreamEvent] {
        // DeepSeek, SGLang and older vLLM; OpenRouter, Groq and newer vLLM. Some send both: then they are equal.
        let (reasoning, same) = (try message.text("reasoning_content"), try message.text("reasoning"))
        // What the model says instead of an answer when it declines is text for the reader like any other.
        let (content, refusal) = (try message.text("content"), try message.text("refusal"))
        let said = pieces([(.reasoning, reasoning ?? same), (.text, content), (.text, refusal)])
        return try said + toolCalls(in: message)
    }

    private static func toolCalls(in message: JSONNode) throws(UpstreamFailure) -> [UpstreamEvent] {
        var calls = try message.list("tool_calls")
        if let legacy = try message.object("function_call") { calls.append(legacy) }
        var pieces: [(kind: PieceKind, text: String?)] = []
        for call in calls {
            let (function, custom) = (try call.object("function"), try call.object("custom"))
            for name in ["name", "arguments", "input"] {
                let piece = try (function ?? custom ?? call).text(name)
                pieces.append((.toolCall, piece))
            }
        }
        return Self.pieces(pieces)
    }

    /// Without the missing ones and those that say nothing.
    private static func pieces(_ pieces: [(kind: PieceKind, text: String?)]) -> [UpstreamEvent] {
        pieces.compactMap { piece in
            piece.text.flatMap { $0.isEmpty ? nil : piece.kind.event($0) }
        }
    }
}

private enum PieceKind {
    case text, reasoning, toolCall

    func event(_ piece: String) -> UpstreamEvent {
        switch self {
        case .text: .text(piece)
        case .reasoning: .reasoning(piece)
        case .toolCall: .toolCall(piece)
        }
    }
}
