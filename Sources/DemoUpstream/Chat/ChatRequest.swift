/// The body of `POST /v1/chat/completions`, as far as the stand-in cares. What it does not know it lets pass.
struct ChatRequest: Decodable {
    struct StreamOptions: Decodable {
        var includeUsage: Bool?

        enum CodingKeys: String, CodingKey {
            case includeUsage = "include_usage"
        }
    }

    var model: String
    var messages: [ChatMessage]
    var maxCompletionTokens: Int?
    var maxTokens: Int?
    var n: Int?
    var stop: OneOrMore<String>?
    var tools: [ChatTool]?
    var toolChoice: ChatToolChoice?
    var parallelToolCalls: Bool?
    var responseFormat: ResponseFormat?
    var logprobs: Bool?
    var topLogprobs: Int?
    var stream: Bool?
    var streamOptions: StreamOptions?

    enum CodingKeys: String, CodingKey {
        case model, messages, n, stop, tools, logprobs, stream
        case maxCompletionTokens = "max_completion_tokens"
        case maxTokens = "max_tokens"
        case toolChoice = "tool_choice"
        case parallelToolCalls = "parallel_tool_calls"
        case responseFormat = "response_format"
        case topLogprobs = "top_logprobs"
        case streamOptions = "stream_options"
    }

    func check() throws {
        guard !messages.isEmpty else { throw APIError.invalid("`messages` is empty.", param: "messages") }
        guard maxCompletionTokens ?? maxTokens ?? 1 > 0 else {
            throw APIError.invalid("A cap has to be at least 1.", param: "max_completion_tokens")
        }
        guard (0...20).contains(topLogprobs ?? 0), topLogprobs == nil || logprobs == true else {
            throw APIError.invalid("`top_logprobs` is 0 to 20, and wants `logprobs`.", param: "top_logprobs")
        }
    }

    func ask(by ruler: Ruler) throws -> Ask {
        try check()
        let functions = try functions()
        let format = try responseFormat?.format ?? .prose
        let messages = try messages.map { try $0.message }
        let prompt = Ask.Prompt(messages: messages, tokens: ruler.count(messages, functions, format))
        return Ask(
            endpoint: "/v1/chat/completions", model: model, ruler: ruler, prompts: [prompt], choices: n ?? 1,
            cap: maxCompletionTokens ?? maxTokens, stop: stop?.list ?? [], functions: functions,
            format: format, alternatives: logprobs == true ? topLogprobs ?? 0 : nil, isStream: stream ?? false,
            streamsUsage: streamOptions?.includeUsage ?? false)
    }

    private func functions() throws -> Functions {
        Functions(
            list: try tools?.map { try $0.asFunction } ?? [], choice: try toolChoice?.choice ?? .auto,
            mayBeParallel: parallelToolCalls ?? true)
    }
}

extension Pieces {
    /// What the format of the reply adds to a prompt: the schema, as functions have it.
    static func count(_ format: Ask.Format) -> Int {
        guard case .json(let schema?) = format else { return 0 }
        return count(schema)
    }
}

/// A value, or a list of them.
struct OneOrMore<Value: Decodable>: Decodable {
    var list: [Value]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(Value.self) {
            list = [one]
        } else {
            list = try container.decode([Value].self)
        }
    }
}
