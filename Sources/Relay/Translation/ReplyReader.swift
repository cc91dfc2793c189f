import Core

/// Turns what an upstream sends in answer to one call into the gate's events, and knows when the reply is whole: a
/// value, without I/O.
protocol ReplyReader: Sendable {
    /// Nothing more is expected.
    var isDone: Bool { get }
    /// How long an event of such a reply may be.
    var eventLimits: EventStreamParser.Limits { get }
    /// How long a reply in one piece may be, in bytes.
    var maxDocumentBytes: Int { get }
    /// The upstream said why it ended: the reply is whole, whatever becomes of the connection.
    var isFinished: Bool { get }

    /// - Throws: `.garbage` for what is no event of such a reply; `.brokenOff` for an error that the upstream reports.
    mutating func events(of event: ServerSentEvent) throws(UpstreamFailure) -> [UpstreamEvent]

    /// The events of an answer that was not streamed.
    ///
    /// - Throws: as above.
    mutating func events(ofWhole body: [UInt8]) throws(UpstreamFailure) -> [UpstreamEvent]

    /// What is still to be said of a reply that is whole.
    mutating func lastEvents() -> [UpstreamEvent]
}

extension ReplyReader {
    var eventLimits: EventStreamParser.Limits { EventStreamParser.Limits() }

    /// A million tokens have about as much; a worker is to stay small even where somebody sends more.
    var maxDocumentBytes: Int { 4 << 20 }

    mutating func lastEvents() -> [UpstreamEvent] { [] }
}

extension UpstreamCall {
    /// What reads the answer to this call.
    var reader: any ReplyReader {
        switch body {
        case .messages: ReplyTranslator(hiding: endpoint.apiKey)
        case .api(let request):
            switch request.interface {
            case .chatCompletions, .completions: CompletionRelay(request, hiding: endpoint.apiKey)
            case .responses: ResponseRelay(request, hiding: endpoint.apiKey)
            case .embeddings: EmbeddingRelay(hiding: endpoint.apiKey)
            }
        }
    }
}

extension ServerSentEvent {
    /// What ends a stream of completions.
    var isDone: Bool { data.elementsEqual("[DONE]".utf8) }

    /// The message of an event that reports an error by its type; nil for any other.
    var complaint: String? {
        type == "error" ? UpstreamErrorBody.message(in: data, contentType: "text/plain") : nil
    }

    /// The event as it goes over the line again. A type is only written where there was one.
    func framed(_ content: [UInt8]? = nil) -> [UInt8] {
        var bytes: [UInt8] = []
        let content = content ?? data
        bytes.reserveCapacity(content.count + 16)
        if type != "message" { bytes += "event: \(type)\n".utf8 }
        for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            bytes += "data: ".utf8
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
