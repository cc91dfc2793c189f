import GRDB
import Glibc
import Synchronization

/// Moves what was committed from the log into the file, beside the writers and not in their way.
///
/// Left alone, SQLite does this at the end of a commit, every thousand pages: two waits for the disk, before whoever
/// committed hears of it and while everybody behind them waits. https://www.sqlite.org/wal.html#ckpt
final class SQLiteCheckpoints: Sendable {
    struct Limits: Sendable, Hashable {
        /// A hold or a settlement is seven pages or so.
        var everyWrites = 100
        /// When the log has grown this far because it was never wholly moved at a moment without a writer, writers wait
        /// until it is, and it begins anew.
        var maxPages = 8000
        /// A log that has grown beyond it, because somebody read for long, is cut to this length when it begins anew.
        var bytesKept = 32_000_000
    }

    private struct State {
        var writesSinceLast = 0
        var isRunning = false
    }

    /// A writer's own checkpoint is for what should not be: a log that has grown this far all the same, by large writes.
    static let pagesForWriters = 16_000

    private let connection: DatabaseQueue
    private let limits: Limits
    private let state = Mutex(State())

    /// - Parameter path: of a database in WAL mode.
    init(path: String, limits: Limits) throws {
        var configuration = Configuration()
        configuration.label = "sluice.checkpoints"
        // All writers wait for as long as this one waits for readers to be done, and those may take seconds.
        configuration.busyMode = .callback { earlierTries in
            usleep(100)
            return earlierTries < 20
        }
        self.connection = try DatabaseQueue(path: path, configuration: configuration)
        self.limits = limits
    }

    /// Says that so many writes were committed.
    func note(writes: Int) {
        let isDue = state.withLock { state in
            state.writesSinceLast += writes
            guard state.writesSinceLast >= limits.everyWrites, !state.isRunning else { return false }
            state = State(isRunning: true)
            return true
        }
        guard isDue else { return }
        connection.asyncWriteWithoutTransaction { database in
            self.checkpoint(in: database)
            self.state.withLock { $0.isRunning = false }
        }
    }

    /// Moves what there is, and waits for it.
    func moveNow() {
        connection.writeWithoutTransaction { checkpoint(in: $0) }
    }

    /// Waits for those that are due.
    func wait() {
        connection.writeWithoutTransaction { _ in }
    }

    /// What fails is done with the next one; another process may be at it, too. A disk that fails lets the writers fail.
    private func checkpoint(in database: Database) {
        guard let log = try? database.checkpoint(.passive), log.walFrameCount >= limits.maxPages else { return }
        _ = try? database.checkpoint(.restart)
    }
}
