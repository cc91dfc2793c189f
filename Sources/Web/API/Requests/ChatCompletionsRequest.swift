import Core
import StrictJSON
import Tokenizer

extension APIQuestion {
    /// Reads the body of `POST /v1/chat/completions`.
    ///
    /// Source: <https://platform.openai.com/docs/api-reference/chat/create>.
    init(chatCompletion body: APIValue) throws(Failure) {
        try body.refuse([
            "audio": "spoken replies have no count here", "web_search_options": "searches are charged beside tokens",
        ])
        try Self.refuseSpeech(body)
        try Self.refuseDearerService(body)
        try Self.refuseHiddenReplies(body)
        let messages = try body.required("messages").elements()
        guard !messages.isEmpty else { throw try body.required("messages").problem("must not be empty") }
        var prompt = CountablePrompt.Chat(messages: [])
        for message in messages { prompt.messages.append(try PromptMessage(chat: message)) }
        try prompt.addTools(of: body)
        try prompt.addExtras(of: body)
        try self.init(
            body, to: .chatCompletions, prompt: .chat(prompt), own: ["max_tokens", "max_completion_tokens"],
            replies: try body.optionalInteger("n", in: 1...128) ?? 1, maxReplyTokens: try Self.longestReply(body))
    }

    /// The older name and the newer one mean the same; where both stand, the larger one is what may be produced.
    private static func longestReply(_ body: APIValue) throws(Failure) -> Int64? {
        let (older, newer) = (
            try body.optionalInteger("max_tokens"), try body.optionalInteger("max_completion_tokens")
        )
        return [older, newer].compactMap { $0 }.max()
    }

    private static func refuseSpeech(_ body: APIValue) throws(Failure) {
        for modality in try body.list("modalities") where try modality.string() != "text" {
            throw modality.unsupported("only text has a count here")
        }
    }

    /// A faster service at another price than the model's would be paid by somebody else.
    static func refuseDearerService(_ body: APIValue) throws(Failure) {
        guard let tier = body.member("service_tier") else { return }
        guard try ["auto", "default", "flex"].contains(tier.string()) else {
            throw tier.unsupported("its price is not the model's")
        }
    }

    /// Replies that are produced and thrown away are charged like others.
    static func refuseHiddenReplies(_ body: APIValue) throws(Failure) {
        if let best = body.member("best_of"), try best.integer(in: 1...Int64.max) > 1 {
            throw best.unsupported("replies that nobody sees could not be counted")
        }
    }
}

extension CountablePrompt.Chat {
    fileprivate mutating func addTools(of body: APIValue) throws(Failure) {
        for tool in try body.list("tools") {
            switch try tool.required("type").string() {
            case "function": tools.append(try PromptTool(try tool.required("function").object()))
            case "custom": extras.append(tool.node.text)
            default: throw tool.unsupported("only functions have a count here")
            }
        }
        for function in try body.list("functions") { tools.append(try PromptTool(try function.object())) }
        toolChoice = PromptToolChoice(body.member("tool_choice") ?? body.member("function_call"))
    }

    /// Members of the body that reach the model as text.
    fileprivate mutating func addExtras(of body: APIValue) throws(Failure) {
        if let schema = body.member("response_format")?.member("json_schema") { extras.append(schema.node.text) }
        if let prediction = body.member("prediction") { extras.append(prediction.node.text) }
    }
}

extension JSONNode {
    /// The value as it is written.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// All text that is anywhere in it.
    var allText: [String] {
        switch kind {
        case .string: [string ?? ""]
        case .array: elements.flatMap(\.allText)
        case .object: members.flatMap(\.value.allText)
        case .number, .boolean, .null: []
        }
    }
}
