/// The port that knows a program's request again when it is sent once more under the same key.
///
/// Every method throws `StoreFailure`.
public protocol RepeatedRequests: Sendable {
    /// The request that was first sent under `key`; `request` is that one where there was none, and is remembered
    /// until `expiry`.
    func find(
        _ key: IdempotencyKey, orBegin request: RequestID, at now: Timestamp, until expiry: Timestamp
    ) async throws -> RememberedRequest

    /// Keeps the answer to a request that is remembered.
    func keep(_ answer: KeptAnswer, to request: RequestID) async throws

    /// Forgets what has expired, and the oldest answers of what is too much.
    func cleanUp(at now: Timestamp) async throws
}

/// The name that a program gives to a request, so that it is done once however often it is sent.
///
/// Source: <https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07>.
public struct IdempotencyKey: Sendable, Hashable {
    /// Whose name it is: each API key has its own.
    public var owner: APIKeyID
    public var text: String
    /// Of everything that was asked. Under one key it is always the same.
    public var fingerprint: String

    public init(owner: APIKeyID, text: String, fingerprint: String) {
        self.owner = owner
        self.text = text
        self.fingerprint = fingerprint
    }

    /// In bytes.
    public static let longest = 255
    /// For how long a request is remembered: a day.
    public static let rememberedSeconds: Int64 = 86_400
}

/// What is known of a request that was sent before, or is sent now for the first time.
public struct RememberedRequest: Sendable, Hashable {
    /// Under which it is held and settled, whoever sends it.
    public var requestID: RequestID
    public var fingerprint: String
    /// What was charged; nil until it was settled, and where it never was accepted.
    public var charged: Usage?
    /// Nil where none was kept: it has not ended, it broke off, or it was too long.
    public var answer: KeptAnswer?

    public init(requestID: RequestID, fingerprint: String, charged: Usage? = nil, answer: KeptAnswer? = nil) {
        self.requestID = requestID
        self.fingerprint = fingerprint
        self.charged = charged
        self.answer = answer
    }
}

/// An answer to a program, byte by byte as it was given.
public struct KeptAnswer: Sendable, Hashable, Codable {
    public var text: String
    /// All stretches of a stream's body, one after the other.
    public var passages: String
    /// The body of an answer in one piece.
    public var document: String?
    public var finishReason: FinishReason?
    public var modelServed: String?

    public init(
        text: String, passages: String = "", document: String? = nil, finishReason: FinishReason? = nil,
        modelServed: String? = nil
    ) {
        self.text = text
        self.passages = passages
        self.document = document
        self.finishReason = finishReason
        self.modelServed = modelServed
    }

    /// Longer ones, in bytes, are not kept.
    public static let longest = 256 << 10
}
