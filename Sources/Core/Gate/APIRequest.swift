/// A request of an API client on its way upstream: the client's own JSON, but for what is the gate's to say.
public struct APIRequest: Sendable, Hashable {
    /// The members of the client's JSON object as they were written, separated by commas and without the braces.
    /// Those that the gate writes itself are left out: the model, the cap on the reply, and whether and how it streams.
    public var members: [UInt8]
    public var interface: APIInterface
    public var prompt: CountablePrompt
    /// How many replies are produced for it; each may be as long as the cap. One or more.
    public var replies: Int64
    /// The members of the client's `stream_options` as above, without the one that asks for usage.
    public var streamOptions: [UInt8]
    public var answer: Answer
    /// Whether a text by itself is a full answer: nothing was asked for that comes beside it, such as calls of tools.
    public var isAnsweredByText: Bool
    /// Whether the model is asked to think, which it may charge for without showing it: all of the reply is held.
    public var asksToThink: Bool

    /// In which form the client reads the reply.
    public enum Answer: Sendable, Hashable {
        /// One JSON document when it is whole.
        case document
        /// Events as they come, and one with the usage only for a client that asked for it.
        case stream(withUsage: Bool)
    }

    public init(
        members: [UInt8], interface: APIInterface, prompt: CountablePrompt, replies: Int64 = 1,
        streamOptions: [UInt8] = [], answer: Answer = .document, isAnsweredByText: Bool = false,
        asksToThink: Bool = false
    ) {
        self.members = members
        self.interface = interface
        self.prompt = prompt
        self.replies = replies
        self.streamOptions = streamOptions
        self.answer = answer
        self.isAnsweredByText = isAnsweredByText
        self.asksToThink = asksToThink
    }
}

/// The parts of OpenAI's interface that spend tokens.
///
/// Source: <https://platform.openai.com/docs/api-reference>.
public enum APIInterface: String, Sendable, Hashable, CaseIterable {
    case chatCompletions = "chat/completions"
    case completions
    case embeddings
    case responses

    /// Embeddings have no reply that could be capped, watched or stopped: they are there at once.
    public var hasReply: Bool { self != .embeddings }
}

/// What goes upstream: a conversation of the chat page, or a request of an API client.
public enum PromptBody: Sendable, Hashable {
    case messages([ChatMessage])
    case api(APIRequest)

    public var api: APIRequest? {
        if case .api(let request) = self { request } else { nil }
    }

    /// How many replies are produced; one or more.
    var replies: Int64 { max(1, api?.replies ?? 1) }

    var hasReply: Bool { api?.interface.hasReply ?? true }

    /// Whether nobody can tell how long the reply is before all of it is there: of several at once, and of what is
    /// thought unseen.
    var isCountedAtTheEnd: Bool { replies > 1 || api?.asksToThink ?? false }
}
