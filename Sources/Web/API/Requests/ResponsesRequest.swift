import Core
import StrictJSON
import Tokenizer

extension APIQuestion {
    /// Reads the body of `POST /v1/responses`.
    ///
    /// What the upstream would add from its own memory or by tools of its own cannot be counted before it is paid for,
    /// and belongs to whoever owns the upstream's key: it is refused by name.
    ///
    /// Source: <https://platform.openai.com/docs/api-reference/responses/create>.
    init(response body: APIValue) throws(Failure) {
        try body.refuse([
            "previous_response_id": "what the upstream remembers cannot be counted; send the conversation as `input`",
            "conversation": "what the upstream remembers cannot be counted; send the conversation as `input`",
            "prompt": "a prompt that lies at the upstream cannot be counted",
            "background": "a reply that nobody waits for cannot be metered",
            "n": "one reply is counted",
        ])
        try Self.refuseDearerService(body)
        try Self.refuseHiddenReplies(body)
        var prompt = CountablePrompt.Chat(messages: [])
        if let instructions = try body.optionalString("instructions") {
            prompt.messages.append(PromptMessage(role: "system", text: instructions))
        }
        try prompt.add(input: try body.required("input"))
        try prompt.addResponseTools(of: body)
        if let format = body.member("text")?.member("format") { prompt.extras += [format.node["schema"]?.text ?? ""] }
        try self.init(
            body, to: .responses, prompt: .chat(prompt), own: ["max_output_tokens"],
            maxReplyTokens: try body.optionalInteger("max_output_tokens"))
    }
}

extension CountablePrompt.Chat {
    fileprivate mutating func add(input: APIValue) throws(Failure) {
        if let text = input.node.string { return messages.append(PromptMessage(role: "user", text: text)) }
        for item in try input.elements() { messages.append(try PromptMessage(response: try item.object())) }
    }

    fileprivate mutating func addResponseTools(of body: APIValue) throws(Failure) {
        for tool in try body.list("tools") {
            switch try tool.required("type").string() {
            case "function": tools.append(try PromptTool(tool))
            case "custom": extras.append(tool.node.text)
            case let kind:
                throw tool.unsupported("tools of the kind “\(kind)” run at the upstream, at a price of their own")
            }
        }
        toolChoice = PromptToolChoice(body.member("tool_choice"))
    }
}

extension PromptMessage {
    /// An item of a response's input.
    fileprivate init(response item: APIValue) throws(Failure) {
        switch try item.optionalString("type") ?? "message" {
        case "message":
            self.init(
                role: try item.required("role").string(), content: try PromptContent.parts(of: item.member("content")))
        case "function_call", "custom_tool_call":
            self.init(role: "assistant", content: [], toolCalls: [try PromptToolCall(item)])
        case "function_call_output", "custom_tool_call_output":
            self.init(role: "tool", content: try PromptContent.parts(of: try item.required("output")))
        case "reasoning":
            self.init(role: "assistant", content: item.node.allText.map(PromptContent.text))
        case let kind:
            throw item.unsupported("an item of the kind “\(kind)” cannot be counted")
        }
    }
}
