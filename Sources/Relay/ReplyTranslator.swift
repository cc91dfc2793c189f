import Core
import Foundation

/// Turns what an upstream sends into the gate's events, and knows when a reply is whole: a value, without I/O.
///
/// A reply is whole when `[DONE]` came or when a choice said why it finished; some upstreams send only the latter.
struct ReplyTranslator {
    private(set) var isDone = false
    private(set) var isFinished = false
    private var servedModel: String?
    private let apiKey: String?

    /// - Parameter apiKey: what must not appear in a message.
    init(hiding apiKey: String?) {
        self.apiKey = apiKey
    }

    /// - Throws: `.garbage` for what is not a chunk of a completion; `.brokenOff` for an error the upstream reports.
    mutating func events(of event: ServerSentEvent) throws(UpstreamFailure) -> [UpstreamEvent] {
        if event.data.elementsEqual("[DONE]".utf8) {
            isDone = true
            return []
        }
        if event.type == "error" {
            throw brokenOff(UpstreamErrorBody.message(in: event.data, contentType: "text/plain"))
        }
        return try events(of: decode(event.data))
    }

    /// The events of a completion that was not streamed.
    mutating func events(ofWhole body: [UInt8]) throws(UpstreamFailure) -> [UpstreamEvent] {
        let whole = try decode(body)
        guard whole.error != nil || whole.choices?.isEmpty == false else { throw .garbage(detail: "no choices") }
        isDone = true
        return try events(of: whole)
    }

    private func decode(_ json: [UInt8]) throws(UpstreamFailure) -> ChatCompletionChunk {
        if let chunk = ChatCompletionChunk(plain: json) { return chunk }
        do {
            return try JSONDecoder().decode(ChatCompletionChunk.self, from: Data(json))
        } catch {
            throw .garbage(detail: Self.reason(error))
        }
    }

    private mutating func events(of chunk: ChatCompletionChunk) throws(UpstreamFailure) -> [UpstreamEvent] {
        if let error = chunk.error { throw brokenOff(error.message) }
        var events: [UpstreamEvent] = []
        if let model = newModel(chunk.model) { events.append(.servedModel(model)) }
        for choice in chunk.choices ?? [] where (choice.index ?? 0) == 0 {
            isFinished = isFinished || choice.finishReason != nil
            choice.append(to: &events)
        }
        if let usage = chunk.usage?.usage { events.append(.usage(usage)) }
        return events
    }

    private mutating func newModel(_ model: String?) -> String? {
        guard let model, !model.isEmpty, model != servedModel else { return nil }
        servedModel = model
        return model
    }

    private func brokenOff(_ message: String) -> UpstreamFailure {
        .brokenOff(message: message.presentable(hiding: apiKey))
    }

    /// Where decoding failed, without a word of what was sent: replies are not logged.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.typeMismatch(let type, let context): "not \(type) at \(path(context))"
        case DecodingError.keyNotFound(let key, let context): "no \(key.stringValue) at \(path(context))"
        case DecodingError.dataCorrupted(let context): "not valid JSON at \(path(context))"
        default: "not a completion"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        "/" + context.codingPath.map(\.stringValue).joined(separator: "/")
    }
}
