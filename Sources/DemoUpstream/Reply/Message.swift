import Tokenizer

/// One message of a prompt, whichever endpoint it came to.
struct Message: Sendable {
    var role: String
    /// The text; of content in parts, the text parts joined.
    var content: String
    /// The participant's name.
    var name: String?
    /// Those that stand in the content.
    var images: [PromptImage] = []
    /// What the assistant called in this turn.
    var calls: [Call] = []

    struct Call: Sendable {
        var name: String
        var arguments: String
    }
}

extension [Message] {
    /// The last thing a person said.
    var question: String { last { $0.role == "user" }?.content ?? last?.content ?? "" }

    /// What functions returned, where nobody has answered it yet.
    var results: String? {
        let results = reversed().prefix { $0.role == "tool" }.reversed()
        return results.isEmpty ? nil : results.map(\.content).joined(separator: "; ")
    }
}

extension Pieces {
    /// What an image costs, however large it is and in whatever detail it is to be seen.
    public static let tokensOfAnImage = 85

    /// The prompt as the stand-in counts it: the contents, four tokens around each message, three before the reply.
    /// A call in the history is its name and its arguments.
    static func count(_ messages: [Message]) -> Int {
        messages.reduce(3) { $0 + 4 + count($1) }
    }

    private static func count(_ message: Message) -> Int {
        count(message.content) + message.images.count * tokensOfAnImage
            + message.calls.reduce(0) { $0 + count($1.name) + count($1.arguments) }
    }
}
