import Tokenizer

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
    var name: String?
    var content: Content?
    var toolCalls: [ToolCall]?

    enum CodingKeys: String, CodingKey {
        case role, name, content
        case toolCalls = "tool_calls"
    }

    /// What the stand-in reads of it.
    var message: Message {
        get throws {
            Message(
                role: role, content: content?.text ?? "", name: name, images: try content?.images ?? [],
                calls: toolCalls?.map { Message.Call(name: $0.function.name, arguments: $0.function.arguments) } ?? [])
        }
    }
}

/// The content of a message: a string, or parts.
enum Content: Decodable {
    struct Part: Decodable {
        var type: String
        var text: String?
        /// Of a chat completion an object, of a response the address itself.
        var imageURL: JSON?
        var detail: String?

        enum CodingKeys: String, CodingKey {
            case type, text, detail
            case imageURL = "image_url"
        }
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

    /// Of other parts that are no text the stand-in knows no price: it refuses them.
    var images: [PromptImage] {
        get throws {
            guard case .parts(let parts) = self else { return [] }
            return try parts.compactMap { try $0.image }
        }
    }
}

extension Content.Part {
    fileprivate var image: PromptImage? {
        get throws {
            switch type {
            case "text", "refusal", "input_text", "output_text": nil
            case "image_url", "input_image": PromptImage(address, detail: imageURL?["detail"]?.string ?? detail)
            default: throw APIError.invalid("The stand-in takes no content of type `\(type)`.", param: "messages")
            }
        }
    }

    private var address: String {
        imageURL?["url"]?.string ?? imageURL?.string ?? ""
    }
}
