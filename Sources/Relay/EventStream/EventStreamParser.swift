/// Turns the bytes of a `text/event-stream` into events: a value, without I/O.
///
/// Bytes go in by `append`, cut anywhere; `next` gives the events that are complete. An event that the stream ends
/// in the middle of is dropped, as the standard says. After a throw the parser is of no further use.
///
/// Source: [HTML, 9.2.6](https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).
/// The fields `id` and `retry` serve reconnection, which a paid-for reply never does, and are skipped.
struct EventStreamParser: Sendable {
    struct Limits: Sendable {
        /// One line without its end. Some upstreams send a whole reply as one `data` line.
        var lineBytes = 256 << 10
        /// The `data` of one event.
        var eventBytes = 1 << 20
    }

    private let limits: Limits
    /// Bytes not yet read begin at `position`; those before `searched` are known to hold no line end.
    private var input: [UInt8] = []
    private var position = 0
    private var searched = 0
    private var isFirstLine = true
    /// A carriage return ended the last line: a line feed right after it belongs to the same line end.
    private var followsCarriageReturn = false

    private var type = ""
    private var data: [UInt8] = []
    private var hasData = false

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// What it keeps of the stream.
    var heldBytes: Int { input.count + data.count + type.utf8.count }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        input.removeSubrange(..<position)
        searched -= position
        position = 0
        input.append(contentsOf: bytes)
    }

    /// The next complete event, or nil until more bytes are appended.
    mutating func next() throws(EventStreamError) -> ServerSentEvent? {
        while let line = try takeLine() {
            if line.isEmpty {
                if let event = dispatch() { return event }
            } else {
                try read(line)
            }
        }
        return nil
    }
}

// Lines.
extension EventStreamParser {
    /// The place in `input` of the next whole line, without its end.
    private mutating func takeLine() throws(EventStreamError) -> Range<Int>? {
        skipRestOfLineEnd()
        guard let end = lineEnd() else {
            try checkLine(bytes: input.count - position)
            searched = input.count
            return nil
        }
        try checkLine(bytes: end - position)
        defer {
            followsCarriageReturn = input[end] == UInt8.carriageReturn
            position = end + 1
            searched = position
        }
        return withoutByteOrderMark(position..<end)
    }

    private mutating func skipRestOfLineEnd() {
        guard followsCarriageReturn, position < input.count else { return }
        followsCarriageReturn = false
        guard input[position] == .lineFeed else { return }
        position += 1
        searched = position
    }

    private func lineEnd() -> Int? {
        input.withUnsafeBufferPointer { bytes in
            var index = searched
            while index < bytes.count {
                let byte = bytes[index]
                if byte == .lineFeed || byte == .carriageReturn { return index }
                index += 1
            }
            return nil
        }
    }

    private func checkLine(bytes: Int) throws(EventStreamError) {
        guard bytes <= limits.lineBytes else { throw .lineTooLong(limitBytes: limits.lineBytes) }
    }

    private mutating func withoutByteOrderMark(_ line: Range<Int>) -> Range<Int> {
        guard isFirstLine else { return line }
        isFirstLine = false
        let hasMark = input[line].starts(with: [0xEF, 0xBB, 0xBF])
        return hasMark ? line.lowerBound + 3..<line.upperBound : line
    }
}

// Fields.
extension EventStreamParser {
    private mutating func read(_ line: Range<Int>) throws(EventStreamError) {
        let bytes = input[line]
        let colon = bytes.firstIndex(of: .colon) ?? line.upperBound
        let name = bytes[..<colon]
        var value = bytes[min(colon + 1, line.upperBound)...]
        if value.first == .space { value.removeFirst() }

        if name.elementsEqual("data".utf8) {
            try append(value)
        } else if name.elementsEqual("event".utf8) {
            type = String(decoding: value, as: UTF8.self)
        }
    }

    private mutating func append(_ value: ArraySlice<UInt8>) throws(EventStreamError) {
        guard data.count + 1 + value.count <= limits.eventBytes else {
            throw .eventTooLong(limitBytes: limits.eventBytes)
        }
        if hasData { data.append(.lineFeed) }
        data.append(contentsOf: value)
        hasData = true
    }

    /// Ends an event. One without any `data` line is none.
    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            type = ""
            data = []
            hasData = false
        }
        return hasData ? ServerSentEvent(type: type.isEmpty ? "message" : type, data: data) : nil
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
    fileprivate static let colon = UInt8(ascii: ":")
    fileprivate static let space = UInt8(ascii: " ")
}
