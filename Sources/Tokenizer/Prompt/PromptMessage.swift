/// A message of a chat prompt, as far as it costs tokens.
public struct PromptMessage: Sendable, Hashable {
    /// `system`, `developer`, `user`, `assistant`, `tool`.
    public var role: String
    public var content: [PromptContent]
    /// The participant's name, which costs itself and one token more.
    public var name: String?
    /// Calls that the assistant made in an earlier turn.
    public var toolCalls: [PromptToolCall]

    public init(role: String, content: [PromptContent], name: String? = nil, toolCalls: [PromptToolCall] = []) {
        self.role = role
        self.content = content
        self.name = name
        self.toolCalls = toolCalls
    }

    public init(role: String, text: String, name: String? = nil) {
        self.init(role: role, content: [.text(text)], name: name)
    }
}

/// A part of a message's content.
public enum PromptContent: Sendable, Hashable {
    case text(String)
    case image(PromptImage)
    /// Something that no published formula counts: audio, a file. `kind` is its `type` in the request.
    case uncountable(kind: String)
}

public struct PromptImage: Sendable, Hashable {
    public enum Detail: String, Sendable, Hashable {
        case low, high, auto
    }

    /// In pixels; nil when the image is behind an address that nobody opened: then it counts as the largest.
    public var size: Size?
    public var detail: Detail

    public struct Size: Sendable, Hashable {
        public var width: Int
        public var height: Int

        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    public init(size: Size?, detail: Detail = .auto) {
        self.size = size
        self.detail = detail
    }
}

public struct PromptToolCall: Sendable, Hashable {
    public var name: String
    /// JSON as the model wrote it.
    public var arguments: String

    public init(name: String, arguments: String) {
        self.name = name
        self.arguments = arguments
    }
}
