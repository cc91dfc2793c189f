import Core
import Foundation
import GRDB
import Synchronization

/// One SQLite file in WAL mode: a writer and a few readers in this process, any number of other processes beside it.
///
/// Only the files named `SQLite…` import GRDB.
public final class SQLiteDatabase: SQLDatabase {
    public struct Settings: Sendable {
        /// What survives. https://www.sqlite.org/pragma.html#pragma_synchronous
        public enum Durability: String, Sendable, CaseIterable {
            /// Any crash of a process; a power cut may lose the last instant, never the file. The default.
            case normal
            /// A power cut as well, for one `fsync` per transaction.
            case full
        }

        public var durability: Durability
        /// How long a writer waits for the writers of other processes before it throws `StoreFailure.busy`.
        public var busyTimeoutSeconds: Double
        /// Each one keeps a page cache of up to 2 MB.
        public var maxReaders: Int
        /// Whether a file that is not there is made. A worker's is: without it, others have lost theirs.
        public var createsFile: Bool
        var turn = SQLiteTurn()
        var checkpoints = SQLiteCheckpoints.Limits()

        public init(
            durability: Durability = .normal, busyTimeoutSeconds: Double = 5, maxReaders: Int = 4,
            createsFile: Bool = true
        ) {
            self.durability = durability
            self.busyTimeoutSeconds = busyTimeoutSeconds
            self.maxReaders = maxReaders
            self.createsFile = createsFile
        }
    }

    public let path: String
    private let pool: DatabasePool
    private let writes: SQLiteWriteQueue
    private let checkpoints: SQLiteCheckpoints
    private let readers: SQLiteReaders

    /// Opens the file at `path`, or creates it so that only its owner can read it. Blocks for a few milliseconds.
    ///
    /// - Throws: `StoreFailure`.
    public init(path: String, settings: Settings = Settings()) throws {
        self.path = path
        readers = SQLiteReaders(limit: settings.maxReaders)
        (pool, writes, checkpoints) = try mappingFailures {
            if settings.createsFile { try createPrivateFile(at: path) }
            let file = try SQLiteFile(at: path)
            let pool = try retryingWhileBusy(seconds: settings.busyTimeoutSeconds) {
                try DatabasePool(path: path, configuration: configuration(for: settings))
            }
            try configureWriter(of: pool, settings)
            let checkpoints = try retryingWhileBusy(seconds: settings.busyTimeoutSeconds) {
                try SQLiteCheckpoints(path: path, limits: settings.checkpoints)
            }
            let writes = SQLiteWriteQueue(
                pool: pool, file: file, checkpoints: checkpoints, turn: settings.turn)
            return (pool, writes, checkpoints)
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        readers.enter()
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { [readers] database in
                let value = Result { try mappingFailures { try body(SQLiteSession(database: database.get())) } }
                readers.leave()
                continuation.resume(with: value)
            }
        }
    }

    /// Moves what was committed into the file, as it is done now and then by itself; for tests of what may fail in it.
    package func moveLog() { checkpoints.moveNow() }

    /// Returns when nothing is being moved; for tests of how much is left in it.
    package func waitForMoves() { checkpoints.wait() }

    /// On a connection of its own, in no transaction, for what SQLite does not do in one.
    func outsideTransaction(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        readers.enter()
        defer { readers.leave() }
        try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async { [pool] in
                caller.resume(with: Result { try mappingFailures { try pool.unsafeRead(body) } })
            }
        }
    }

    func look<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        guard readers.enterIfFree() else { return try await read(body) }
        defer { readers.leave() }
        return try readHere(body)
    }

    /// Not `async`, for else it would be the pool's other `read`, which changes the thread.
    private func readHere<Value>(_ body: (any SQLSession) throws -> Value) throws -> Value {
        try mappingFailures { try pool.read { try body(SQLiteSession(database: $0)) } }
    }

    @discardableResult
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { caller in
            startWrite(body) { caller.resume(with: $0) }
        }
    }

    /// `write` for a caller that goes on meanwhile. Writes that were started one after the other are run in that order.
    func startWrite<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value,
        answer: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        writes.enter(SQLiteWrite(body, answer: answer))
    }
}

private func configuration(for settings: SQLiteDatabase.Settings) -> Configuration {
    var configuration = Configuration()
    configuration.label = "sluice"
    configuration.maximumReaderCount = settings.maxReaders
    configuration.busyMode = patientBusyMode(seconds: settings.busyTimeoutSeconds)
    return configuration
}

/// Opening a pool sets `synchronous` to NORMAL, whatever its configuration does.
private func configureWriter(of pool: DatabasePool, _ settings: SQLiteDatabase.Settings) throws {
    try pool.writeWithoutTransaction { database in
        try database.execute(
            sql: """
                PRAGMA synchronous = \(settings.durability.rawValue);
                PRAGMA wal_autocheckpoint = \(SQLiteCheckpoints.pagesForWriters);
                PRAGMA journal_size_limit = \(settings.checkpoints.bytesKept);
                """)
    }
}

/// Asks for the lock about every tenth of a millisecond (the kernel adds one half of it), and after a while every half.
/// SQLite's own busy handler sleeps up to 100 ms between two tries, so that under many writers some wait for seconds
/// while others pass them.
///
/// How long that takes is told by the clock: on a machine that is busy a nap is far longer than it was meant to be.
private func patientBusyMode(seconds: Double) -> Database.BusyMode {
    // Of the writer. Readers that wait as well, which hardly happens, may begin its time anew.
    let beginning = Mutex(ContinuousClock.now)
    return .callback { earlierTries in
        let waited = beginning.withLock { beginning in
            if earlierTries == 0 { beginning = .now }
            return beginning.duration(to: .now)
        }
        usleep(waited < .milliseconds(100) ? 50 : 500)
        return waited < .seconds(seconds)
    }
}

/// SQLite gives the files that it keeps beside the database the same permissions.
///
/// An existing file is not even opened here: closing it would drop the locks that another pool of this process holds.
private func createPrivateFile(at path: String) throws {
    let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if file >= 0 {
        close(file)
    } else if errno != EEXIST {
        throw StoreFailure.unavailable(detail: "\(path): \(String(cString: strerror(errno)))")
    }
}

/// Two processes that turn the same new file to WAL mode at once would wait for each other; SQLite answers one of them
/// "busy" at once, without the busy handler, and that one tries again.
private func retryingWhileBusy<Opened>(seconds: Double, _ open: () throws -> Opened) throws -> Opened {
    var triesLeft = Int(seconds * 1000)
    while true {
        do {
            return try open()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && triesLeft > 0 {
            triesLeft -= 1
            usleep(1000)
        }
    }
}
