import FastCGI
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization
import Testing

typealias Respond = @Sendable (Request, FastCGIRequestContext) async throws -> Response

/// A server in this process, on a socket in a folder of its own.
struct RunningServer: Sendable {
    let socketPath: String
    let slots: StreamSlots
    private let group: ServiceGroup
    private let finished: Task<Void, any Error>

    /// Begins the graceful shutdown.
    func shutDown() async {
        await group.triggerGracefulShutdown()
    }

    func waitUntilEnded() async throws {
        try await finished.value
    }

    static func with(
        slots: Int = 16, _ configure: (inout FastCGIConfiguration) -> Void = { _ in }, respond: @escaping Respond,
        _ test: (RunningServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var configuration = FastCGIConfiguration()
        configuration.drainLimit = .seconds(10)
        configure(&configuration)
        let slots = StreamSlots(limit: slots)
        let server = FastCGIServer(
            CallbackResponder(callback: respond), on: try .bind(path: folder.path + "/app.sock"), slots: slots,
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let running = RunningServer(
            socketPath: folder.path + "/app.sock", slots: slots, group: group,
            finished: Task { try await group.run() })
        do {
            try await test(running)
        } catch {
            running.finished.cancel()
            _ = await running.finished.result
            throw error
        }
        await running.shutDown()
        try await running.waitUntilEnded()
    }

    func client() throws -> RawClient {
        try RawClient(socketPath)
    }

    /// Sends a request and expects this answer, ended in good order.
    func expect(
        _ bytes: [UInt8], status: Int = 200, body: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let reply = try await reply(to: bytes)
        #expect(reply.status == status && reply.isComplete, sourceLocation: sourceLocation)
        if let body { #expect(reply.body == body, sourceLocation: sourceLocation) }
    }

    /// One request from begin to end.
    func reply(to bytes: [UInt8]) async throws -> CGIReply {
        try await blocking {
            let client = try client()
            defer { client.close() }
            try client.send(bytes)
            return try client.reply()
        }
    }
}

/// Events that the test releases one by one.
final class Feed: Sendable {
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func release(_ event: String) {
        continuation.yield(event)
    }

    func end() {
        continuation.finish()
    }

    /// Also returns when the task is cancelled.
    func waitForEnd() async {
        for await _ in stream {}
    }

    /// Streams what is released until the end.
    func response() -> Response {
        streaming { writer in
            for await event in self.stream { try await writer.write(ByteBuffer(string: event)) }
            try Task.checkCancellation()
        }
    }
}

/// Something that happens once and can be waited for.
final class Happening: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func happen() {
        continuation.finish()
    }

    func wait() async {
        for await _ in stream {}
    }
}

func streaming(_ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void) -> Response {
    let body = ResponseBody { writer in
        try await write(&writer)
        try await writer.finish(nil)
    }
    return Response(
        status: .ok, headers: [.contentType: "text/event-stream", .init("X-Accel-Buffering")!: "no"], body: body)
}

func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
        status: status, headers: [.contentType: "text/plain"], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
}
