import GRDB
import Synchronization

/// The writes of this process, first come, first served, in front of the connection that writes.
///
/// What has come while a transaction was under way shares the next one: a transaction costs as much as what most writes
/// do in it. Alone, a write has a transaction of its own.
///
/// SQLite's lock has no queue. Whoever gives it back and takes it again at once keeps out the processes that only look
/// now and then; so this one pauses when it has had its turn.
final class SQLiteWriteQueue: Sendable {
    private struct State {
        var waiting = FirstInFirstOut<SQLiteWrite>()
        var isServed = false
    }

    private let pool: DatabasePool
    private let file: SQLiteFile
    private let checkpoints: SQLiteCheckpoints
    private let turn: SQLiteTurn
    private let state = Mutex(State())

    init(pool: DatabasePool, file: SQLiteFile, checkpoints: SQLiteCheckpoints, turn: SQLiteTurn) {
        self.pool = pool
        self.file = file
        self.checkpoints = checkpoints
        self.turn = turn
    }

    func enter(_ write: SQLiteWrite) {
        let isServed = state.withLock { state in
            state.waiting.append(write)
            defer { state.isServed = true }
            return state.isServed
        }
        guard !isServed else { return }
        pool.asyncWriteWithoutTransaction { database in self.serve(in: database) }
    }

    /// Until nobody waits.
    private func serve(in database: Database) {
        var held = Duration.zero
        while isAnybodyWaiting() {
            if held >= turn.maxDuration {
                turn.pause(turn.pauseMicroseconds)
                held = .zero
            }
            held += commitGroup(in: database)
        }
    }

    private func isAnybodyWaiting() -> Bool {
        state.withLock { state in
            state.isServed = !state.waiting.isEmpty
            return state.isServed
        }
    }

    /// - Returns: how long it held the lock.
    private func commitGroup(in database: Database) -> Duration {
        let waiting = state.withLock { $0.waiting.count }
        var group = SQLiteWriteGroup()
        do {
            try file.requireInPlace()
            try group.commit(in: database, during: turn, next: next)
            checkpoints.note(writes: group.writes.count)
        } catch {
            // Whoever waited for a lock that was not given has waited long enough.
            let failed = group.hasBegun ? group.writes : (0..<waiting).compactMap { _ in next() }
            for write in failed { write.fail(error) }
        }
        return group.heldDuration
    }

    private func next() -> SQLiteWrite? {
        state.withLock { $0.waiting.popFirst() }
    }
}

private struct FirstInFirstOut<Element: Sendable>: Sendable {
    private var arriving: [Element] = []
    /// The first one last.
    private var leaving: [Element] = []

    var count: Int { arriving.count + leaving.count }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element) {
        arriving.append(element)
    }

    mutating func popFirst() -> Element? {
        if leaving.isEmpty {
            leaving = arriving.reversed()
            arriving.removeAll(keepingCapacity: true)
        }
        return leaving.popLast()
    }
}
