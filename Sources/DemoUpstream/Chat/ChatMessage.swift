/// A message of `POST /v1/chat/completions`.
struct ChatMessage: Decodable {
    struct ToolCall: Decodable {
        struct Function: Decodable {
            var name: String
            var arguments: String
        }

        var function: Function
    }

    var role: String
    var content: Content?
    var toolCalls: [ToolCall]?

    enum CodingKeys: String, CodingKey {
        case role, content
        case toolCalls = "tool_calls"
    }

    /// What the stand-in reads of it.
    var message: Message {
        get throws {
            Message(
                role: role, content: content?.text ?? "", images: try content?.images ?? 0,
                calls: toolCalls?.map { Message.Call(name: $0.function.name, arguments: $0.function.arguments) } ?? [])
        }
    }
}

/// The content of a message: a string, or parts.
enum Content: Decodable {
    struct Part: Decodable {
        var type: String
        var text: String?
    }

    case string(String)
    case parts([Part])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .string(text)
        } else {
            self = .parts(try container.decode([Part].self))
        }
    }

    /// Of content in parts, the text parts joined.
    var text: String {
        switch self {
        case .string(let text): text
        case .parts(let parts): parts.compactMap(\.text).joined()
        }
    }

    /// How many images stand in it. Of other parts that are no text the stand-in knows no price: it refuses them.
    var images: Int {
        get throws {
            guard case .parts(let parts) = self else { return 0 }
            return try parts.reduce(0) { $0 + (try $1.isImage ? 1 : 0) }
        }
    }
}

extension Content.Part {
    fileprivate var isImage: Bool {
        get throws {
            switch type {
            case "text", "refusal", "input_text", "output_text": false
            case "image_url", "input_image": true
            default: throw APIError.invalid("The stand-in takes no content of type `\(type)`.", param: "messages")
            }
        }
    }
}
