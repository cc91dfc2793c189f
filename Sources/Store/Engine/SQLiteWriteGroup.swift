import Core
import GRDB

/// Several writes in one transaction: they are committed together, except those that throw, or none of them is.
///
/// Nobody hears anything before the transaction has ended, of an error neither: it may come of what an earlier write
/// did, which is not true before it is committed.
struct SQLiteWriteGroup {
    private(set) var writes: [SQLiteWrite] = []
    private var answers: [@Sendable () -> Void] = []
    private var beginning: ContinuousClock.Instant?

    /// Whether it was given the lock.
    var hasBegun: Bool { beginning != nil }

    /// How long it has had the lock.
    var heldDuration: Duration { beginning?.duration(to: .now) ?? .zero }

    /// Runs what `next` gives, for one turn at most, and tells everybody how it ended.
    ///
    /// - Throws: `StoreFailure` when the transaction could not begin, broke, or was not committed. Nothing is kept then,
    ///   and nobody was told.
    mutating func commit(in database: Database, during turn: SQLiteTurn, next: () -> SQLiteWrite?) throws {
        try mappingFailures {
            try database.inTransaction(.immediate) {
                beginning = .now
                return try run(in: database, during: turn, next: next)
            }
        }
        for answer in answers { answer() }
    }

    private mutating func run(
        in database: Database, during turn: SQLiteTurn, next: () -> SQLiteWrite?
    ) throws -> Database.TransactionCompletion {
        repeat {
            guard let write = next() else { break }
            writes.append(write)
            if write.askedAt.duration(to: .now) > turn.longestWait {
                answers.append { write.fail(StoreFailure.busy) }
            } else if writes.count == 1 {
                guard runFirst(write, in: database) else { return .rollback }
            } else {
                try runAfterOthers(write, in: database)
            }
        } while writes.count < turn.maxWrites && heldDuration < turn.maxDuration
        return .commit
    }

    /// Without a savepoint: when it throws, the whole transaction is undone, and the next write begins another one.
    ///
    /// - Returns: false when it threw.
    private mutating func runFirst(_ write: SQLiteWrite, in database: Database) -> Bool {
        do {
            answers.append(try write.run(SQLiteSession(database: database)))
            return true
        } catch {
            answers.append { write.fail(error) }
            return false
        }
    }

    private mutating func runAfterOthers(_ write: SQLiteWrite, in database: Database) throws {
        try database.cachedStatement(sql: "SAVEPOINT one_write").execute()
        do {
            let answer = try write.run(SQLiteSession(database: database))
            try database.cachedStatement(sql: "RELEASE one_write").execute()
            answers.append(answer)
        } catch {
            try undo(in: database, because: error)
            answers.append { write.fail(error) }
        }
    }

    /// Undoes one write and no other. Where that cannot be done, nothing of the group can be kept: SQLite itself undoes
    /// the whole transaction when the disk is full, for one. https://www.sqlite.org/lang_transaction.html
    private func undo(in database: Database, because cause: any Error) throws {
        do {
            try database.cachedStatement(sql: "ROLLBACK TO one_write").execute()
            try database.cachedStatement(sql: "RELEASE one_write").execute()
        } catch {
            throw cause as? StoreFailure ?? error
        }
    }
}
