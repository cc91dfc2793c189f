/// The body of `POST /v1/chat/completions`, as far as the stand-in cares.
struct ChatRequest: Decodable, Sendable {
    struct Message: Decodable, Sendable {
        private struct Part: Decodable {
            var text: String?
        }

        var role: String
        /// The text; of content in parts, the text parts joined.
        var content: String

        enum CodingKeys: CodingKey {
            case role, content
        }

        init(role: String, content: String) {
            self.role = role
            self.content = content
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            role = try container.decode(String.self, forKey: .role)
            if let text = try? container.decodeIfPresent(String.self, forKey: .content) {
                content = text
            } else {
                content =
                    try container.decodeIfPresent([Part].self, forKey: .content)?.compactMap(\.text).joined() ?? ""
            }
        }
    }

    struct StreamOptions: Decodable, Sendable {
        var includeUsage: Bool?

        enum CodingKeys: String, CodingKey {
            case includeUsage = "include_usage"
        }
    }

    var model: String
    var messages: [Message]
    var maxCompletionTokens: Int?
    var maxTokens: Int?
    var stream: Bool?
    var streamOptions: StreamOptions?

    enum CodingKeys: String, CodingKey {
        case model, messages, stream
        case maxCompletionTokens = "max_completion_tokens"
        case maxTokens = "max_tokens"
        case streamOptions = "stream_options"
    }

    /// The cap on the reply, reasoning included.
    var cap: Int? { maxCompletionTokens ?? maxTokens }

    /// The last thing a person said.
    var question: String { messages.last { $0.role == "user" }?.content ?? messages.last?.content ?? "" }

    func check() throws {
        guard !messages.isEmpty else { throw APIError.invalid("`messages` is empty.", param: "messages") }
        guard cap ?? 1 > 0 else {
            throw APIError.invalid("A cap has to be at least 1.", param: "max_completion_tokens")
        }
    }
}
