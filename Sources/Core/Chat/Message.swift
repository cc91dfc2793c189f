/// One question or reply of a conversation.
public struct Message: Sendable, Hashable, Identifiable {
    /// How far a message is. The raw value is stored: a case may be added, never renamed.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// A reply that is being written: `text` is what has come so far.
        case streaming
        case complete
        /// A reply that its reader stopped, or left; `text` is what had come.
        case stopped
        /// A reply that broke off; `text` is what had come.
        case failed
    }

    public var id: MessageID
    public var conversation: ConversationID
    /// `user` for a question, `assistant` for a reply.
    public var role: ChatRole
    /// Markdown.
    public var text: String
    public var state: State
    public var createdAt: Timestamp
    /// What is only known of replies; nil for a question.
    public var reply: Reply?

    public init(
        id: MessageID, conversation: ConversationID, role: ChatRole, text: String, state: State, createdAt: Timestamp,
        reply: Reply?
    ) {
        self.id = id
        self.conversation = conversation
        self.role = role
        self.text = text
        self.state = state
        self.createdAt = createdAt
        self.reply = reply
    }
}

extension Message {
    public struct Reply: Sendable, Hashable {
        public var requestID: RequestID
        /// The public name of the model that was asked.
        public var model: String
        /// Nil until it has ended.
        public var usage: Usage?
        /// In nanodollars.
        public var cost: Int64?
        /// Why it ended; `length` for one that had no room left.
        public var finishReason: FinishReason?
        public var outcome: Outcome?
        /// How long it may become, or could; nil until something of it has come.
        public var room: ReplyRoom?
        /// What it is in place of what was asked for; nil for what was.
        public var substitute: Substitute?
        /// What went wrong upstream, without its details.
        public var failure: UpstreamFailure?

        public init(
            requestID: RequestID, model: String, usage: Usage? = nil, cost: Int64? = nil,
            finishReason: FinishReason? = nil, outcome: Outcome? = nil, room: ReplyRoom? = nil,
            substitute: Substitute? = nil, failure: UpstreamFailure? = nil
        ) {
            self.requestID = requestID
            self.model = model
            self.usage = usage
            self.cost = cost
            self.finishReason = finishReason
            self.outcome = outcome
            self.room = room
            self.substitute = substitute
            self.failure = failure
        }
    }
}

extension Message {
    /// The reply as it stands once it has ended.
    public func ended(_ ending: ReplyEnding, text: String) -> Message {
        var message = self
        message.text = text
        message.state = State(ending.outcome)
        message.reply?.usage = ending.usage
        message.reply?.cost = ending.cost
        message.reply?.finishReason = ending.finishReason
        message.reply?.outcome = ending.outcome
        if let room = ending.room { message.reply?.room = room }
        if let substitute = ending.substitute { message.reply?.substitute = substitute }
        message.reply?.failure = ending.failure?.withoutDetails
        return message
    }
}

extension Message.State {
    /// Of a reply whose request came to its end so.
    public init(_ outcome: Outcome) {
        switch outcome {
        case .finished, .overran, .limited: self = .complete
        case .stopped, .abandoned: self = .stopped
        case .failed, .shutDown, .expired: self = .failed
        }
    }
}
