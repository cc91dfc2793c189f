import Glibc
public import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Runs a Hummingbird responder behind nginx, over FastCGI on a unix socket.
///
/// nginx wants `fastcgi_pass unix:…`, `include fastcgi_params`, `fastcgi_param REQUEST_ID $request_id`,
/// `fastcgi_param HTTP_PROXY ""` and no `fastcgi_keep_conn`. Only nginx may be able to open the socket: libfcgi's
/// parser can be made to end the process by whoever sends it records of his own.
///
/// Each request is answered in a task of its own, which is cancelled when the browser leaves. A response with
/// `X-Accel-Buffering: no` is a stream: it takes one of the `StreamSlots`, and each piece reaches the browser as it is
/// written.
public final class FastCGIServer: Service {
    private typealias Respond = @Sendable (Request, FastCGIRequestSource) async throws -> Response

    private let socket: ListeningSocket
    private let configuration: FastCGIConfiguration
    private let slots: StreamSlots
    private let logger: Logger
    private let respond: Respond

    /// - Parameters:
    ///   - context: makes the responder's context for a request.
    ///   - slots: how many streams may be open. `OpenFileLimit.streams` says how many there can be.
    public init<Responder: HTTPResponder>(
        _ responder: Responder, on socket: ListeningSocket, slots: StreamSlots,
        configuration: FastCGIConfiguration = FastCGIConfiguration(), logger: Logger,
        context: @escaping @Sendable (FastCGIRequestSource) -> Responder.Context
    ) {
        self.socket = socket
        self.slots = slots
        self.configuration = configuration
        self.logger = logger
        respond = { request, source in try await responder.respond(to: request, context: context(source)) }
    }

    public convenience init<Responder: HTTPResponder>(
        _ responder: Responder, on socket: ListeningSocket, slots: StreamSlots,
        configuration: FastCGIConfiguration = FastCGIConfiguration(), logger: Logger
    ) where Responder.Context: InitializableFromSource<FastCGIRequestSource> {
        self.init(responder, on: socket, slots: slots, configuration: configuration, logger: logger) {
            Responder.Context(source: $0)
        }
    }

    /// Serves until the graceful shutdown: then it accepts nothing more, lets open requests end within the drain
    /// limit, cancels the others and returns when every task has ended. When it is cancelled instead, nothing is
    /// waited for but the tasks' ends. The listening socket is let go of as soon as
    /// it accepts no more. Once per server.
    ///
    /// - Throws: when libfcgi or the system refuses what is needed to begin.
    public func run() async throws {
        guard LibFCGI.isReady else { throw SystemError("FCGX_Init") }
        let wakeUp = try WakeUp()
        let connections = Connections()
        let open = OpenRequests(limit: slots.limit + configuration.pageReserve)
        let watch = try Watch(
            connections, readLimit: configuration.readLimit, stallLimit: configuration.stallLimit, until: wakeUp)
        let intake = try makeIntake(connections, open, watch, until: wakeUp)
        let threads = try startThreads(intake, watch, wakeUp)
        WorkerProcess.reportReady()

        let isGraceful = await shutdownBegan()
        intake.stopAccepting()
        let deadline = Task {
            if isGraceful { try await Task.sleep(for: configuration.drainLimit) }
            connections.cancelAll()
        }
        await open.allLeft()
        deadline.cancel()
        wakeUp.ring()
        for thread in threads { thread.join() }
    }

    private func makeIntake(
        _ connections: Connections, _ open: OpenRequests, _ watch: Watch, until wakeUp: WakeUp
    ) throws -> Intake {
        try Intake(
            socket, connections: connections, open: open, configuration: configuration, until: wakeUp, logger: logger
        ) { [self] intake, connection, incoming in
            let exchange = makeExchange(for: incoming, on: connection, watch)
            connection.answer(watchedBy: watch) {
                await self.run(exchange, incoming)
                intake.ended(connection)
            }
            connections.cancelIfEnding(connection)
        }
    }

    private func makeExchange(for incoming: Incoming, on connection: Connection, _ watch: Watch) -> Exchange {
        let requestID = incoming.head?.requestID ?? Self.randomID()
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .string(requestID)
        return Exchange(
            connection: connection, watch: watch, retryAfterSeconds: configuration.retryAfterSeconds,
            source: FastCGIRequestSource(
                logger: logger, remoteAddress: incoming.head?.remoteAddress ?? "", requestID: requestID,
                streamClaim: StreamClaim(on: slots)))
    }

    private func run(_ exchange: Exchange, _ incoming: Incoming) async {
        switch incoming {
        case .request(let head, let body):
            let request = Request(head: head.request, body: RequestBody(buffer: body))
            await exchange.run(isHead: head.request.method == .head) { try await respond(request, exchange.source) }
        case .refused(let status, let reason):
            exchange.source.logger.info(
                "Refused a request", metadata: ["status": "\(status.code)", "reason": "\(reason)"])
            await exchange.run(isHead: false) { .plain(status, "\(status.code) \(status.reasonPhrase)") }
        }
    }

    /// 128 random bits, as nginx's `$request_id`.
    private static func randomID() -> String {
        let digits = String(UInt128.random(in: 0 ... .max), radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// - Returns: false, when the task was cancelled.
    private func shutdownBegan() async -> Bool {
        do {
            try await gracefulShutdown()
            return true
        } catch {
            return false
        }
    }

    private func startThreads(_ intake: Intake, _ watch: Watch, _ wakeUp: WakeUp) throws -> [BlockingThread] {
        var threads: [BlockingThread] = []
        do {
            threads.append(
                try BlockingThread {
                    WorkerProcess.endWithSupervisor()
                    watch.run()
                })
            for _ in 0..<max(1, configuration.threads) { threads.append(try BlockingThread { intake.run() }) }
        } catch {
            wakeUp.ring()
            for thread in threads { thread.join() }
            throw error
        }
        return threads
    }
}
