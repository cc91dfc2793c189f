/// Who speaks in a prompt, as OpenAI's chat interface names it.
public enum ChatRole: String, Sendable, Codable, Hashable {
    case system, user, assistant
}

/// One message of a prompt, in the order in which the model reads it.
public struct ChatMessage: Sendable, Codable, Hashable {
    public var role: ChatRole
    public var content: String

    public init(role: ChatRole, content: String) {
        self.role = role
        self.content = content
    }
}
