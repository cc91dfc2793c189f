import Core
import NIOCore

/// The events of one accepted call, read from its connection as they are asked for.
///
/// The connection closes when the reading task is cancelled, which still reads what has arrived, and when nobody holds
/// this sequence or its iterator any more. Has one reader: a second iterator would take events from the first.
struct ReplyEvents: AsyncSequence, Sendable {
    typealias Element = UpstreamEvent
    typealias Failure = any Error

    /// How the body is written.
    enum Format: Sendable {
        case eventStream
        /// One JSON completion, from an upstream that does not stream.
        case whole
    }

    fileprivate let connection: OpenConnection
    fileprivate let format: Format
    fileprivate let reader: any ReplyReader

    init(_ response: UpstreamResponse, format: Format, reader: any ReplyReader) {
        connection = OpenConnection(response)
        self.format = format
        self.reader = reader
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(self)
    }

    struct Iterator: AsyncIteratorProtocol {
        private let connection: OpenConnection
        private let format: Format
        private var parser: EventStreamParser
        private var reader: any ReplyReader
        /// Translated but not yet asked for, last first.
        private var waiting: [UpstreamEvent] = []
        private var isOver = false

        fileprivate init(_ events: ReplyEvents) {
            connection = events.connection
            format = events.format
            reader = events.reader
            parser = EventStreamParser(limits: events.reader.eventLimits)
        }

        /// - Throws: `UpstreamFailure`; `CancellationError`. After a throw there are no more events.
        mutating func next() async throws -> UpstreamEvent? {
            while waiting.isEmpty, !isOver {
                do {
                    waiting = try await read().reversed()
                } catch {
                    isOver = true
                    connection.response.close(error)
                    throw error
                }
            }
            return waiting.popLast()
        }
    }
}

extension ReplyEvents.Iterator {
    private mutating func read() async throws -> [UpstreamEvent] {
        switch format {
        case .eventStream: try await readEvent()
        case .whole: try await readWhole()
        }
    }

    private mutating func readEvent() async throws -> [UpstreamEvent] {
        do {
            if let event = try parser.next() { return try translate(event) }
            guard let bytes = try await connection.response.nextBytes() else { throw UpstreamFailure.cut }
            parser.append(bytes.readableBytesView)
            return []
        } catch {
            return try end(with: TransportFailure.duringReply(error))
        }
    }

    private mutating func translate(_ event: ServerSentEvent) throws -> [UpstreamEvent] {
        let events = try reader.events(of: event)
        if reader.isDone {
            isOver = true
            connection.response.discardRest()
        }
        return events
    }

    /// A reply that said why it finished is whole, whatever then becomes of the connection.
    private mutating func end(with error: any Error) throws -> [UpstreamEvent] {
        guard reader.isFinished, error as? UpstreamFailure == .cut || error as? UpstreamFailure == .timedOut else {
            throw error
        }
        isOver = true
        return reader.lastEvents()
    }

    private mutating func readWhole() async throws -> [UpstreamEvent] {
        isOver = true
        do {
            return try reader.events(ofWhole: await connection.response.body(upTo: reader.maxDocumentBytes))
        } catch {
            throw TransportFailure.duringReply(error)
        }
    }
}

/// Closes the connection when the last holder lets go.
private final class OpenConnection: Sendable {
    let response: UpstreamResponse

    init(_ response: UpstreamResponse) {
        self.response = response
    }

    deinit {
        response.closeUnlessDone()
    }
}

extension UpstreamResponse {
    /// The whole body.
    ///
    /// - Throws: `UpstreamFailure.garbage` when it is longer than `maxBytes`; what `nextBytes` throws.
    func body(upTo maxBytes: Int) async throws -> [UInt8] {
        var body: [UInt8] = []
        while let bytes = try await nextBytes() {
            guard body.count + bytes.readableBytes <= maxBytes else {
                throw UpstreamFailure.garbage(detail: "more than \(maxBytes) bytes")
            }
            body.append(contentsOf: bytes.readableBytesView)
        }
        return body
    }

    /// The body as far as it comes, at most `maxBytes` of it.
    func beginningOfBody(_ maxBytes: Int) async -> [UInt8] {
        var body: [UInt8] = []
        while body.count < maxBytes, let bytes = try? await nextBytes() {
            body.append(contentsOf: bytes.readableBytesView.prefix(maxBytes - body.count))
        }
        return body
    }
}
