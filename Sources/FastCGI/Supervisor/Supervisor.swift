import Glibc
public import Logging

/// Keeps a number of worker processes running on one listening socket.
///
/// A worker that ends is replaced: at once, or with growing pauses while it keeps ending at once. SIGHUP replaces all
/// of them, one at a time, by new processes of the same program: the successor starts, and only when it serves is its
/// predecessor asked to end, so that no request is lost; if a successor ends before it serves, the others stay.
/// SIGTERM and SIGINT end the workers, who drain, and then the supervisor.
///
/// A worker is a process that runs a `FastCGIServer` on `ListeningSocket.inherited()` and ends on SIGTERM.
public struct Supervisor {
    private let socket: ListeningSocket
    private let executable: String
    private let arguments: [String]
    private let drainLimit: Duration
    private let logger: Logger

    private var places: [Place]
    /// The places that a rolling restart has still to renew.
    private var toRenew: [Int] = []
    private var isEnding = false

    /// How much longer than its drain limit a worker may take to end.
    private static let drainMargin: Duration = .seconds(5)

    /// - Parameters:
    ///   - executable: the program's path, usually this program's own (`/proc/self/exe`).
    ///   - arguments: those after the program's name.
    ///   - drainLimit: the workers' `FastCGIConfiguration.drainLimit`. Five seconds later they are killed.
    public init(
        socket: ListeningSocket, executable: String, arguments: [String], workers: Int, drainLimit: Duration,
        logger: Logger
    ) {
        self.socket = socket
        self.executable = executable
        self.arguments = arguments
        self.drainLimit = drainLimit
        self.logger = logger
        places = (0..<max(1, workers)).map { _ in Place() }
    }

    /// Works until SIGTERM or SIGINT came and every worker has ended. Blocks the calling thread, which has to live as
    /// long as the workers, because the kernel ties them to it: call it on the main thread. It takes over SIGTERM,
    /// SIGINT, SIGHUP and SIGCHLD.
    ///
    /// - Throws: when it cannot begin.
    public mutating func run() throws {
        let signals = try SignalPipe([SIGTERM, SIGINT, SIGHUP, SIGCHLD])
        while !isEnding || places.contains(where: \.isOccupied) {
            for index in places.indices { attend(to: index) }
            renewNext()
            wait(for: signals)
            for signal in signals.take() { obey(signal) }
        }
        socket.letGo()
    }

    private mutating func obey(_ signal: Int32) {
        switch signal {
        case SIGTERM, SIGINT:
            isEnding = true
            toRenew = []
            for index in places.indices { places[index].askToEnd(killAfter: drainLimit + Self.drainMargin) }
        case SIGHUP where !isEnding:
            logger.info("Renewing the workers")
            toRenew = Array(places.indices)
        default: break  // SIGCHLD: the places see for themselves who has ended
        }
    }

    private mutating func attend(to index: Int) {
        for ended in places[index].removeEnded() {
            let wasExpected = ended.worker.killAt != nil
            logger.log(
                level: wasExpected ? .info : .error, "A worker ended",
                metadata: [
                    "pid": "\(ended.worker.pid)", "place": "\(index + 1)", "status": "\(ended.status)",
                ])
        }
        places[index].killOverdue()
        if places[index].workerBecameReady() { reportServing(index) }
        if places[index].successorBecameReady() {
            places[index].handOver(killAfter: drainLimit + Self.drainMargin)
            reportServing(index)
        } else if !isEnding, places[index].isDue {
            start(in: index)
        }
    }

    private func reportServing(_ index: Int) {
        logger.info("A worker serves", metadata: ["pid": "\(places[index].pid)", "place": "\(index + 1)"])
    }

    /// A rolling restart goes on when the last place it renewed is done. A successor that ended before it served ends
    /// the restart, as the next would do the same.
    private mutating func renewNext() {
        guard let index = toRenew.first, !isEnding else { return }
        switch places[index].renewal {
        case .none: start(successorIn: index)
        case .under: break
        case .done:
            places[index].renewal = .none
            toRenew.removeFirst()
            renewNext()
        case .failed:
            logger.error("A new worker ended before it served: the others stay as they are")
            places[index].renewal = .none
            toRenew = []
        }
    }

    private mutating func start(in index: Int) {
        do {
            try places[index].start { try WorkerProcess(executable, arguments, on: socket) }
        } catch {
            logger.error("A worker cannot be started", metadata: ["error": "\(error)"])
        }
    }

    private mutating func start(successorIn index: Int) {
        do {
            try places[index].startSuccessor { try WorkerProcess(executable, arguments, on: socket) }
        } catch {
            logger.error("A worker cannot be started", metadata: ["error": "\(error)"])
            toRenew = []
        }
    }

    /// Until a signal comes, a worker begins to serve, or something is due.
    private func wait(for signals: SignalPipe) {
        let readiness = places.flatMap(\.awaitedReadiness)
        var queries = ([signals.descriptor] + readiness).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let isAnythingDue = places.contains { $0.nextDue != nil }
        poll(&queries, nfds_t(queries.count), isAnythingDue ? 100 : -1)
    }
}
