/// The body of `POST /v1/responses`, as far as the stand-in cares. What it does not know it lets pass.
///
/// It keeps nothing: what would need an earlier response, or work in the background, is refused.
struct ResponseRequest: Decodable {
    enum Input: Decodable {
        case text(String)
        case items([ResponseInputItem])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .items(try container.decode([ResponseInputItem].self))
            }
        }
    }

    struct Text: Decodable {
        var format: ResponseFormat?
    }

    var model: String
    var input: Input
    var instructions: String?
    var maxOutputTokens: Int?
    var tools: [ResponseTool]?
    var toolChoice: ChatToolChoice?
    var parallelToolCalls: Bool?
    var text: Text?
    var include: [String]?
    var topLogprobs: Int?
    var stream: Bool?
    var background: Bool?
    var previousResponseID: String?
    var conversation: JSON?

    enum CodingKeys: String, CodingKey {
        case model, input, instructions, tools, text, include, stream, background, conversation
        case maxOutputTokens = "max_output_tokens"
        case toolChoice = "tool_choice"
        case parallelToolCalls = "parallel_tool_calls"
        case topLogprobs = "top_logprobs"
        case previousResponseID = "previous_response_id"
    }

    /// The least cap that OpenAI takes here.
    private static let leastCap = 16

    func check() throws {
        guard maxOutputTokens ?? Self.leastCap >= Self.leastCap else {
            throw APIError.invalid(
                "A cap has to be at least \(Self.leastCap).", param: "max_output_tokens",
                code: "integer_below_min_value")
        }
        guard (0...20).contains(topLogprobs ?? 0) else {
            throw APIError.invalid("0 to 20 `top_logprobs`.", param: "top_logprobs")
        }
        guard background != true else {
            throw APIError.invalid("The stand-in does nothing in the background.", param: "background")
        }
        try checkNothingIsNeededFromEarlier()
    }

    private func checkNothingIsNeededFromEarlier() throws {
        if let previousResponseID {
            throw APIError.invalid(
                "Previous response with id '\(previousResponseID)' not found.",
                param: "previous_response_id", code: "previous_response_not_found")
        }
        guard conversation ?? nil == nil else {
            throw APIError.invalid("The stand-in keeps no conversations.", param: "conversation")
        }
    }

    func ask(by ruler: Ruler) throws -> Ask {
        try check()
        let messages = try messages()
        let functions = Functions(
            list: try tools?.map { try $0.asFunction } ?? [], choice: try toolChoice?.choice ?? .auto,
            mayBeParallel: parallelToolCalls ?? true)
        let format = try text?.format?.format ?? .prose
        let prompt = Ask.Prompt(messages: messages, tokens: ruler.count(messages, functions, format))
        return Ask(
            endpoint: "/v1/responses", model: model, ruler: ruler, prompts: [prompt], cap: maxOutputTokens,
            functions: functions, format: format, alternatives: alternatives, isStream: stream ?? false)
    }

    private func messages() throws -> [Message] {
        let instructions = instructions.map { [Message(role: "system", content: $0)] } ?? []
        switch input {
        case .text(let text): return instructions + [Message(role: "user", content: text)]
        case .items(let items):
            guard !items.isEmpty else { throw APIError.invalid("`input` is empty.", param: "input") }
            return instructions + (try items.map { try $0.message })
        }
    }

    private var alternatives: Int? {
        include?.contains("message.output_text.logprobs") == true ? topLogprobs ?? 0 : nil
    }
}
