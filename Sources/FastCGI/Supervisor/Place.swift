import Glibc

/// The place of one worker: the process that fills it, those that are on their way out, and, during a rolling restart,
/// the one that is to take over.
struct Place {
    enum Renewal {
        case none, under, done, failed
    }

    private(set) var worker: WorkerProcess?
    private var successor: WorkerProcess?
    private var leaving: [WorkerProcess] = []
    private var restarts = Restarts()
    private var startAt: ContinuousClock.Instant = .now
    var renewal = Renewal.none

    struct Ended {
        var worker: WorkerProcess
        /// As waitpid(2) has it.
        var status: Int32
    }

    var isOccupied: Bool { worker != nil || successor != nil || !leaving.isEmpty }
    var isDue: Bool { worker == nil && startAt <= .now }
    var pid: Int32 { worker?.pid ?? 0 }

    /// When something has to be done here even though nothing happens.
    var nextDue: ContinuousClock.Instant? {
        let kills = everyone.compactMap(\.killAt)
        return (kills + (worker == nil ? [startAt] : [])).min()
    }

    /// The pipes on which workers that have begun will say that they serve.
    var awaitedReadiness: [Int32] {
        [worker, successor].compactMap { $0 }.filter { !$0.isReady }.map(\.readiness)
    }

    private var everyone: [WorkerProcess] { leaving + [worker, successor].compactMap { $0 } }

    mutating func start(_ make: () throws -> WorkerProcess) throws {
        startAt = .now + .seconds(1)  // should it fail
        worker = try make()
    }

    mutating func startSuccessor(_ make: () throws -> WorkerProcess) throws {
        successor = try make()
        renewal = .under
    }

    mutating func workerBecameReady() -> Bool {
        worker?.becameReady() ?? false
    }

    mutating func successorBecameReady() -> Bool {
        successor?.becameReady() ?? false
    }

    /// The successor takes the place; the restart goes on when its predecessor has ended.
    mutating func handOver(killAfter limit: Duration) {
        if let worker { leaving.append(Self.asked(worker, toEndWithin: limit)) } else { renewal = .done }
        worker = successor
        successor = nil
    }

    mutating func askToEnd(killAfter limit: Duration) {
        leaving = everyone.map { $0.killAt == nil ? Self.asked($0, toEndWithin: limit) : $0 }
        worker = nil
        successor = nil
    }

    mutating func killOverdue() {
        for worker in leaving where worker.killAt.map({ $0 <= .now }) ?? false { worker.send(SIGKILL) }
    }

    mutating func removeEnded() -> [Ended] {
        let ended = everyone.compactMap { worker in worker.ended().map { Ended(worker: worker, status: $0) } }
        for worker in ended.map(\.worker) { remove(worker) }
        return ended
    }

    private mutating func remove(_ ended: WorkerProcess) {
        ended.forget()
        leaving.removeAll { $0.pid == ended.pid }
        if successor?.pid == ended.pid {
            successor = nil
            renewal = .failed
        } else if worker?.pid == ended.pid {
            worker = nil
            startAt = .now + restarts.delay(afterLifetime: ended.startedAt.duration(to: .now))
        } else if renewal == .under, successor == nil {
            renewal = .done
        }
    }

    private static func asked(_ worker: WorkerProcess, toEndWithin limit: Duration) -> WorkerProcess {
        var worker = worker
        worker.killAt = .now + limit
        worker.send(SIGTERM)
        return worker
    }
}
