import NIOCore

/// How a reply looks on the wire of one endpoint. Events are written by hand into a buffer, because there are many.
protocol ReplyWire: Sendable {
    /// - Parameter id: of the request, in the journal.
    init(_ reply: Reply, id: String)

    /// What a stream says before the first token.
    mutating func open(_ events: inout ByteBuffer)
    mutating func write(_ step: Reply.Step, _ events: inout ByteBuffer)
    /// What a stream says after the last token.
    mutating func close(_ events: inout ByteBuffer)
    /// That the stream went wrong: as an error.
    mutating func writeError(_ events: inout ByteBuffer)
    /// That the stream went wrong: as the end of a reply that failed.
    mutating func writeFailure(_ events: inout ByteBuffer)

    /// The reply in one piece.
    mutating func whole() -> JSON
}

extension ReplyWire {
    mutating func writeError(_ events: inout ByteBuffer) {
        events.writeString(#"data: {"error":\#(APIError.scriptedError.text)}"# + "\n\n")
    }

    mutating func writeFailure(_ events: inout ByteBuffer) {
        writeError(&events)
    }
}

extension APIError {
    static let scriptedError: JSON = [
        "message": "The script asked for an error.", "type": "server_error", "param": nil, "code": nil,
    ]
}

/// The time at which everything was created.
let demoTime = 1_767_225_600
