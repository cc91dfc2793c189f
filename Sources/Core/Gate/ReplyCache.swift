/// The port to answers that may be given again: to the same question, where a limit leaves no room for another one.
///
/// Every method throws `StoreFailure`.
public protocol ReplyCache: Sendable {
    /// Nil where there is none, or it has expired.
    func answer(to question: CachedQuestion, at now: Timestamp) async throws -> CachedAnswer?

    /// Keeps `answer` in place of an earlier one.
    func keep(_ answer: CachedAnswer, to question: CachedQuestion, until expiry: Timestamp) async throws

    /// Forgets what has expired, and the oldest of what is too much.
    func cleanUp(at now: Timestamp) async throws
}

/// Everything that decides an answer, and who may be given it.
public struct CachedQuestion: Sendable, Hashable {
    public enum Owner: Sendable, Hashable {
        case person(PersonID)
        case organization(OrganizationID)
    }

    public var owner: Owner
    /// The model, the conversation and every parameter, in one form. The store keeps no more than its SHA-256.
    public var content: String

    public init(owner: Owner, content: String) {
        self.owner = owner
        self.content = content
    }
}

public struct CachedAnswer: Sendable, Hashable {
    public var text: String
    /// As the upstream called it.
    public var modelServed: String?
    public var answeredAt: Timestamp

    public init(text: String, modelServed: String? = nil, answeredAt: Timestamp) {
        self.text = text
        self.modelServed = modelServed
        self.answeredAt = answeredAt
    }

    /// Longer ones are not kept.
    public var isSmall: Bool { text.utf8.count <= 256 << 10 }
}
