/// Everyone's conversations. What is not the person's own is not there: every method that names it throws `NotFound`.
///
/// Every method throws `StoreFailure` too, and has then changed nothing.
public protocol Conversations: Sendable {
    /// The one something was last said in first. `cursor` is nil for the first page.
    func list(of person: PersonID, after cursor: ConversationCursor?, count: Int) async throws -> [Conversation]

    /// Those of `ids` that are there and the person's own, in no order: for pages that know them by their usage.
    func conversations(_ ids: Set<ConversationID>, of person: PersonID) async throws -> [Conversation]

    /// Those in whose title or messages every word of `text` occurs, in any case and with or without accents.
    func search(_ text: String, of person: PersonID, count: Int) async throws -> [ConversationMatch]

    func record(of conversation: ConversationID, of person: PersonID) async throws -> ConversationRecord

    /// Every conversation with its messages, for an export; pages as `list` does.
    func records(
        of person: PersonID, after cursor: ConversationCursor?, count: Int
    ) async throws -> [ConversationRecord]

    /// Stores a question and an empty reply that is to be streamed into, all at once.
    ///
    /// What an edited question or a new reply takes the place of is hidden, and comes back when it is withdrawn.
    ///
    /// - Throws: `Flaws`, `SubmissionFailure`.
    func submit(_ submission: Submission, of person: PersonID) async throws -> Submitted

    /// Undoes the submission of a request that did not run, such as one that was refused: the conversation is as it
    /// was before. A request that has ended or is not there is left as it is.
    func withdraw(_ request: RequestID, of person: PersonID) async throws

    /// A reply as it stands, by its request: for a page that looks at one while another worker reads it.
    func reply(to request: RequestID, of person: PersonID) async throws -> Message

    /// - Throws: `Flaws` on the field `title`.
    func rename(_ conversation: ConversationID, to title: String, of person: PersonID) async throws

    /// - Throws: `Flaws` on the field `systemPrompt`.
    func setSystemPrompt(_ text: String, in conversation: ConversationID, of person: PersonID) async throws

    func delete(_ conversation: ConversationID, of person: PersonID) async throws

    /// Marks replies as failed that are to be streamed though no request is held for them any more: their worker is gone.
    func giveUpStale() async throws
}

/// Where a page of conversations ended.
public struct ConversationCursor: Sendable, Hashable {
    public var updatedAt: Timestamp
    public var id: ConversationID

    public init(updatedAt: Timestamp, id: ConversationID) {
        self.updatedAt = updatedAt
        self.id = id
    }

    public init(_ conversation: Conversation) {
        self.init(updatedAt: conversation.updatedAt, id: conversation.id)
    }
}

public struct ConversationMatch: Sendable, Hashable {
    public var conversation: Conversation
    /// Some words around what was found; nil when it was found in the title.
    public var excerpt: String?

    public init(conversation: Conversation, excerpt: String?) {
        self.conversation = conversation
        self.excerpt = excerpt
    }
}

public enum ReplyRules {
    /// A reply that has not moved for so long, while no request is held for it, has lost its worker.
    public static let staleSeconds: Int64 = 60
}
