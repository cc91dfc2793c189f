/// A prompt as it comes to the gate, whichever way it came in.
public struct Prompt: Sendable, Hashable {
    public var requestID: RequestID
    public var person: PersonID
    public var project: ProjectID?
    public var key: APIKeyID?
    public var conversation: ConversationID?
    public var feature: String?
    /// The model's public name.
    public var model: String
    public var body: PromptBody
    /// The longest reply that the reader wants, in tokens; nil leaves it to the tier and the model. Where several are
    /// asked for at once, each may be so long.
    public var maxReplyTokens: Int64?
    /// Under which a program may send it again; nil where it is another request each time.
    public var idempotencyKey: IdempotencyKey?

    public init(
        requestID: RequestID = .random(), person: PersonID, project: ProjectID? = nil, key: APIKeyID? = nil,
        conversation: ConversationID? = nil, feature: String? = nil, model: String, body: PromptBody,
        maxReplyTokens: Int64? = nil, idempotencyKey: IdempotencyKey? = nil
    ) {
        self.requestID = requestID
        self.person = person
        self.project = project
        self.key = key
        self.conversation = conversation
        self.feature = feature
        self.model = model
        self.body = body
        self.maxReplyTokens = maxReplyTokens
        self.idempotencyKey = idempotencyKey
    }

    public init(
        requestID: RequestID = .random(), person: PersonID, project: ProjectID? = nil, key: APIKeyID? = nil,
        conversation: ConversationID? = nil, feature: String? = nil, model: String, messages: [ChatMessage],
        maxReplyTokens: Int64? = nil
    ) {
        self.init(
            requestID: requestID, person: person, project: project, key: key, conversation: conversation,
            feature: feature, model: model, body: .messages(messages), maxReplyTokens: maxReplyTokens)
    }

    /// A page finds its reply again; a program has lost it with its connection.
    var isForAPage: Bool { body.api == nil }
}

/// What would become of a prompt if it were sent now: for the gauge. Nothing is held by it.
public struct Quote: Sendable, Hashable {
    public var promptTokens: TokenCount
    public var maxPromptTokens: Int64
    /// The longest reply that tier and model allow, whatever the limits leave.
    public var maxReplyTokens: Int64
    /// What the limits say: a reply as long as they have room for, or the refusal.
    public var admission: Admission
    /// Every limit on the way, as it stands.
    public var accounts: [Account]
    /// What the organization says about its limits.
    public var alertRules: [AlertRule]
    /// What would be given instead, where a limit leaves no room; nil for nothing.
    public var substitute: Substitute?
    /// It would not be refused, but wait until others give back what they hold.
    public var wouldWait: Bool

    public init(
        promptTokens: TokenCount, maxPromptTokens: Int64, maxReplyTokens: Int64, admission: Admission,
        accounts: [Account], alertRules: [AlertRule] = AlertRule.usual, substitute: Substitute? = nil,
        wouldWait: Bool = false
    ) {
        self.promptTokens = promptTokens
        self.maxPromptTokens = maxPromptTokens
        self.maxReplyTokens = maxReplyTokens
        self.admission = admission
        self.accounts = accounts
        self.alertRules = alertRules
        self.substitute = substitute
        self.wouldWait = wouldWait
    }

    public var isTooLong: Bool { promptTokens.tokens > maxPromptTokens }
}
