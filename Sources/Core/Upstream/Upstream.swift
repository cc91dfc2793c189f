import Foundation

/// The port to an OpenAI-compatible API. Only the `Gate` calls it.
public protocol Upstream: Sendable {
    /// Sends `call` and returns as soon as the upstream answered with a success status, before any text: until here
    /// a response to the reader can still choose its status.
    ///
    /// - Throws: `UpstreamFailure`: then nothing was accepted upstream and nothing is charged. `CancellationError` when
    ///   the task was cancelled after `call` had begun to be sent: the upstream may have read it.
    func open(_ call: UpstreamCall) async throws -> UpstreamReply

    /// The model names that the upstream offers (`GET /models`): is it there, and does it take the key?
    ///
    /// - Throws: `UpstreamFailure`.
    func modelNames(at endpoint: UpstreamEndpoint) async throws -> [String]
}

/// One address that takes prompts.
public struct UpstreamEndpoint: Sendable, Hashable {
    /// With the version and without a trailing slash: `https://api.openai.com/v1`.
    public var baseURL: String
    /// Sent as `Authorization: Bearer …`; nil for an upstream that wants none.
    public var apiKey: String?
    public var replyCapField: ReplyCapField

    /// - Parameter replyCapField: nil for the one that is usual at this address.
    public init(baseURL: String, apiKey: String?, replyCapField: ReplyCapField? = nil) {
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.replyCapField = replyCapField ?? ReplyCapField(usualAt: baseURL)
    }
}

/// The name under which an upstream knows the cap on a reply. Only one can be sent: OpenAI's reasoning models refuse
/// `max_tokens`, and a server that knows nothing else ignores `max_completion_tokens`, which would leave it uncapped.
public enum ReplyCapField: String, Sendable, Codable, Hashable {
    case maxCompletionTokens = "max_completion_tokens"
    case maxTokens = "max_tokens"

    /// The newer name at OpenAI's own addresses and Azure's, the older one, which every other server knows, elsewhere.
    public init(usualAt baseURL: String) {
        let host = URLComponents(string: baseURL)?.host?.lowercased() ?? ""
        let isOpenAI = ["openai.com", "openai.azure.com"].contains { host == $0 || host.hasSuffix("." + $0) }
        self = isOpenAI ? .maxCompletionTokens : .maxTokens
    }
}

/// A prompt as it goes upstream. The reply is always capped and usage is always asked for.
public struct UpstreamCall: Sendable, Hashable {
    public var requestID: RequestID
    public var endpoint: UpstreamEndpoint
    /// The upstream's name of the model.
    public var model: String
    public var body: PromptBody
    /// For each reply; sent under the name that the interface and the endpoint know it by.
    public var maxCompletionTokens: Int64

    public init(
        requestID: RequestID, endpoint: UpstreamEndpoint, model: String, body: PromptBody, maxCompletionTokens: Int64
    ) {
        self.requestID = requestID
        self.endpoint = endpoint
        self.model = model
        self.body = body
        self.maxCompletionTokens = maxCompletionTokens
    }
}

/// An accepted call: what the upstream sends, in order.
public struct UpstreamReply: Sendable {
    /// Ends normally after the upstream's `[DONE]`, and also without it once it said why it finished; throws an
    /// `UpstreamFailure` when it broke off before that.
    /// Cancelling the task that reads it closes the connection upstream: what had arrived comes still, then a
    /// `CancellationError`.
    /// One reader, back-pressure included: what is not read is not fetched.
    public var events: any AsyncSequence<UpstreamEvent, any Error> & Sendable

    public init(events: any AsyncSequence<UpstreamEvent, any Error> & Sendable) {
        self.events = events
    }
}

public enum UpstreamEvent: Sendable, Hashable {
    /// A piece of the reply as produced: any length, cut anywhere between Unicode scalars.
    case text(String)
    /// A piece of visible reasoning, which is charged but not part of the answer.
    case reasoning(String)
    /// A piece of a call to one of the client's functions: produced and charged like text, but no part of the answer.
    case toolCall(String)
    /// A stretch of the answer's body for an API client, as the upstream wrote it; comes after the events above that it
    /// gave rise to.
    case passage([UInt8])
    /// The whole answer's body for an API client that reads it in one piece.
    case document([UInt8])
    /// The model that really answers, where the upstream says so.
    case servedModel(String)
    case finished(FinishReason)
    /// At most the last one counts: some upstreams repeat it while they stream. Never negative, but however large the
    /// upstream says: it is for the gate to judge against the prompt and the cap.
    case usage(Usage)
}

/// Why a reply ended, as OpenAI's `finish_reason` has it.
public enum FinishReason: String, Sendable, Codable, Hashable {
    case stop, length
    case contentFilter = "content_filter"
    case toolCalls = "tool_calls"
    case other
}
