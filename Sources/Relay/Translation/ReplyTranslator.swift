import Core
import StrictJSON

/// Reads the reply to a conversation of the chat page.
///
/// A reply is whole when `[DONE]` came or when its choice said why it finished; some upstreams send only the latter.
struct ReplyTranslator: ReplyReader {
    private(set) var isDone = false
    private(set) var isFinished = false
    private var servedModel: String?
    private let apiKey: String?

    /// - Parameter apiKey: what must not appear in a message.
    init(hiding apiKey: String?) {
        self.apiKey = apiKey
    }

    mutating func events(of event: ServerSentEvent) throws(UpstreamFailure) -> [UpstreamEvent] {
        if event.isDone {
            isDone = true
            return []
        }
        if let complaint = event.complaint { throw .brokenOff(complaint, hiding: apiKey) }
        return try events(of: ChatCompletionChunk(JSONDocument(fromUpstream: event.data).root))
    }

    mutating func events(ofWhole body: [UInt8]) throws(UpstreamFailure) -> [UpstreamEvent] {
        let whole = try ChatCompletionChunk(JSONDocument(fromUpstream: body).root)
        guard whole.error != nil || whole.hasChoices else { throw .garbage(detail: "no choices") }
        isDone = true
        return try events(of: whole)
    }

    private mutating func events(of chunk: ChatCompletionChunk) throws(UpstreamFailure) -> [UpstreamEvent] {
        if let error = chunk.error { throw .brokenOff(error.message, hiding: apiKey) }
        let choices = chunk.choices.filter { $0.index == 0 }
        isFinished = isFinished || choices.contains { $0.finishReason != nil }
        defer { servedModel = chunk.model ?? servedModel }
        return chunk.modelEvents(after: servedModel) + choices.flatMap(\.events) + chunk.usageEvents
    }
}

extension UpstreamFailure {
    static func brokenOff(_ message: String, hiding apiKey: String?) -> UpstreamFailure {
        .brokenOff(message: message.presentable(hiding: apiKey))
    }
}
