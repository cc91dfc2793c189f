/// One event of a `text/event-stream`, as dispatched by the WHATWG rules.
struct ServerSentEvent: Sendable, Hashable {
    /// The `event` field; `message` where the stream named none.
    var type: String
    /// The `data` lines joined with line feeds: bytes, because JSON is decoded from bytes.
    var data: [UInt8]
}

/// Why an event stream cannot be read further. The parser holds no more memory than these limits allow.
enum EventStreamError: Error, Hashable {
    case lineTooLong(limitBytes: Int)
    case eventTooLong(limitBytes: Int)
}
