/// A question as it is sent. Whatever is sent twice under one key is stored once.
public struct Submission: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// The next question; the first one of a conversation that is not there yet begins it.
        case ask(String)
        /// Takes the place of this question, the last one of the conversation, and of its reply.
        case edit(MessageID, String)
        /// Asks for another reply to the last question, in place of `MessageID`, the last reply.
        case regenerate(MessageID)
    }

    /// Made by the page for each form it shows: at most 64 characters.
    public var key: String
    /// Made by the page for a new conversation.
    public var conversation: ConversationID
    public var kind: Kind
    /// The public name of the model to ask.
    public var model: String
    /// Only for a question that begins a conversation; nil for none.
    public var systemPrompt: String?
    /// Under which the reply is held, streamed and settled.
    public var requestID: RequestID

    public init(
        key: String, conversation: ConversationID, kind: Kind, model: String, systemPrompt: String? = nil,
        requestID: RequestID = .random()
    ) {
        self.key = key
        self.conversation = conversation
        self.kind = kind
        self.model = model
        self.systemPrompt = systemPrompt
        self.requestID = requestID
    }

    public var flaws: Flaws {
        var flaws = Flaws([])
        if key.isEmpty || key.utf8.count > 64 { flaws.note(.malformed, about: "key") }
        if !conversation.isWellFormed { flaws.note(.malformed, about: "conversation") }
        if let question, question.allSatisfy(\.isWhitespace) { flaws.note(.missing, about: "text") }
        return Flaws(flaws.all + Conversation.flaws(inSystemPrompt: systemPrompt ?? "").all)
    }

    /// Nil when the question stays as it is.
    public var question: String? {
        switch kind {
        case .ask(let text), .edit(_, let text): text
        case .regenerate: nil
        }
    }
}

/// What became of a submission.
public struct Submitted: Sendable, Hashable {
    /// As it stands, the question and the reply that is to come included.
    public var record: ConversationRecord
    /// The reply that is to come, or that came when this was first sent.
    public var reply: Message
    /// It was sent before under the same key: nothing was stored, and nothing must be asked of a model again.
    public var isRepeated: Bool

    public init(record: ConversationRecord, reply: Message, isRepeated: Bool) {
        self.record = record
        self.reply = reply
        self.isRepeated = isRepeated
    }
}

public enum SubmissionFailure: Error, Sendable, Hashable {
    /// A reply in this conversation is still being written.
    case replyInProgress
    /// Another question was sent under this key before.
    case keyOfAnotherQuestion
    /// The conversation has gone on: what was to be replaced is not the last of it any more.
    case outdated
}
