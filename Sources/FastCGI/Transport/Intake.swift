import CFastCGI
import Glibc
import Logging
import Synchronization

/// The threads that accept connections and read requests. They share one event set in which the listening socket and
/// the connections that wait for their request are registered one-shot: each event belongs to one thread.
final class Intake: Sendable {
    typealias Take = @Sendable (Intake, Connection, Incoming) -> Void

    private let events: EventSet
    private let socket: ListeningSocket
    private let connections: Connections
    private let open: OpenRequests
    private let configuration: FastCGIConfiguration
    private let pauseTimer: Int32
    private let lastComplaint = Mutex<ContinuousClock.Instant?>(nil)
    private let logger: Logger
    private let take: Take

    private static let listenTag: UInt64 = 1
    private static let wakeTag: UInt64 = 2
    private static let pauseTag: UInt64 = 3
    /// How long accepting rests when the process or the system has no descriptor left.
    private static let pauseMilliseconds = 50

    /// - Parameter take: gets each request that was read, on an intake thread, and must see to it that `ended` is called.
    init(
        _ socket: ListeningSocket, connections: Connections, open: OpenRequests, configuration: FastCGIConfiguration,
        until wakeUp: WakeUp, logger: Logger, take: @escaping Take
    ) throws {
        events = try EventSet()
        self.socket = socket
        self.connections = connections
        self.open = open
        self.configuration = configuration
        self.logger = logger
        self.take = take
        pauseTimer = fastcgi_timerfd()
        guard pauseTimer >= 0 else { throw SystemError("timerfd_create") }
        try events.addLasting(wakeUp.descriptor, tag: Self.wakeTag)
        try events.add(pauseTimer, .readable, tag: Self.pauseTag)
        try events.add(socket.descriptor, .readable, tag: Self.listenTag)
    }

    deinit {
        close(pauseTimer)
    }

    /// A thread's work: returns when the wake-up rings.
    func run() {
        while true {
            guard let event = events.next() else { continue }
            switch event.tag {
            case Self.wakeTag: return
            case Self.listenTag: acceptOne()
            case Self.pauseTag: endPause()
            default: connections[event.tag].map(read)
            }
        }
    }

    /// No new connection from now on. Those that were accepted are still served.
    func stopAccepting() {
        open.end()
        events.remove(socket.descriptor)
        socket.letGo()
    }

    /// The connection is closed: forgets it.
    func ended(_ connection: Connection) {
        connections.remove(connection)
        if open.leave() { acceptAgain() }
    }

    // MARK: Accepting

    private func acceptOne() {
        guard case .admitted = open.enter() else { return }
        let descriptor = fastcgi_accept(socket.descriptor)
        let code = errno
        guard descriptor >= 0 else {
            open.leave()
            return acceptFailed(code)
        }
        acceptAgain()
        limitReads(descriptor)
        let connection = connections.add(adopting: descriptor)
        if connection.hasRequest { read(connection) } else { wait(for: connection) }
    }

    private func acceptAgain() {
        events.rearm(socket.descriptor, .readable, tag: Self.listenTag)
    }

    /// Nothing that accept(2) says ends the process: another worker was faster, the peer has left again, or there is
    /// no descriptor, which passes.
    private func acceptFailed(_ code: Int32) {
        // ENOTSOCK: the socket was let go of while this thread was about to accept.
        guard ![EAGAIN, ECONNABORTED, EINTR, ENOTSOCK].contains(code) else { return acceptAgain() }
        complain("accepting rests", SystemError("accept", code: code))
        _ = fastcgi_timer_start(pauseTimer, Self.pauseMilliseconds)
    }

    private func endPause() {
        var expirations: UInt64 = 0
        _ = Glibc.read(pauseTimer, &expirations, 8)
        events.rearm(pauseTimer, .readable, tag: Self.pauseTag)
        acceptAgain()
    }

    /// One line in ten seconds is enough, however often it happens.
    private func complain(_ message: Logger.Message, _ error: SystemError) {
        let isDue = lastComplaint.withLock { last in
            if let last, last.duration(to: .now) < .seconds(10) { return false }
            last = .now
            return true
        }
        if isDue { logger.error(message, metadata: ["error": "\(error)"]) }
    }

    // MARK: Reading

    /// libfcgi reads blocking and without a limit of its own: a peer that stops half way would keep the thread.
    private func limitReads(_ descriptor: Int32) {
        let (seconds, attoseconds) = configuration.readLimit.components
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    private func wait(for connection: Connection) {
        do {
            try events.add(connection.descriptor, [.readable, .hangUp], tag: connection.id)
        } catch {
            connection.abort()
            ended(connection)
        }
    }

    private func read(_ connection: Connection) {
        guard let incoming = connection.read(maxBodyBytes: configuration.maxBodyBytes) else { return ended(connection) }
        take(self, connection, incoming)
    }
}
