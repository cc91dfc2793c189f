/// A person's chat with models: what was said in it is in its messages.
public struct Conversation: Sendable, Hashable, Identifiable {
    public var id: ConversationID
    public var person: PersonID
    public var title: String
    /// Told to the model before everything else; empty for none.
    public var systemPrompt: String
    /// The public name of the model that the next question goes to.
    public var model: String
    public var createdAt: Timestamp
    /// When something was last said in it.
    public var updatedAt: Timestamp

    public init(
        id: ConversationID, person: PersonID, title: String, systemPrompt: String, model: String, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.person = person
        self.title = title
        self.systemPrompt = systemPrompt
        self.model = model
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

extension Conversation {
    public static let maxTitleCharacters = 200
    public static let maxSystemPromptCharacters = 20_000

    public static func flaws(inTitle title: String) -> Flaws {
        var flaws = Flaws([])
        flaws.note(title.nameProblem(maxCharacters: maxTitleCharacters), about: "title")
        return flaws
    }

    public static func flaws(inSystemPrompt text: String) -> Flaws {
        let isTooLong = text.count > maxSystemPromptCharacters
        return Flaws(isTooLong ? [Flaw("systemPrompt", .tooLong(maxCharacters: maxSystemPromptCharacters))] : [])
    }

    /// What a new conversation is called: the beginning of its first question, on one line.
    public static func title(from question: String) -> String {
        let words = question.prefix(1000).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count <= 60 ? words : words.prefix(59) + "…"
    }
}

/// A conversation with everything that was said in it, in order.
public struct ConversationRecord: Sendable, Hashable {
    public var conversation: Conversation
    public var messages: [Message]

    public init(conversation: Conversation, messages: [Message]) {
        self.conversation = conversation
        self.messages = messages
    }

    /// What the model reads: the system prompt, then every message that says something.
    ///
    /// A question that was never answered stays in: the next one may refer to it.
    public var prompt: [ChatMessage] {
        let system =
            conversation.systemPrompt.isEmpty ? [] : [ChatMessage(role: .system, content: conversation.systemPrompt)]
        let said = messages.filter { !$0.text.isEmpty && $0.state != .streaming }
        return system + said.map { ChatMessage(role: $0.role, content: $0.text) }
    }
}
