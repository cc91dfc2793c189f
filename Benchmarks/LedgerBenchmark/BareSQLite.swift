import GRDBSQLite
import Glibc

/// SQLite by itself, set up as the store sets it up: the least that a transaction over six limits can cost.
final class BareSQLite {
    struct Failure: Error { var message: String }

    private var connection: OpaquePointer?

    init(path: String) throws {
        guard sqlite3_open(path, &connection) == SQLITE_OK else { throw failure }
        // As eager as the store: SQLite's own back-off sleeps up to 100 ms between two tries.
        let lookAgain: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Int32 = { _, tries in
            usleep(50)
            return tries < 100_000 ? 1 : 0
        }
        sqlite3_busy_handler(connection, lookAgain, nil)
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA synchronous = NORMAL")
        try execute("CREATE TABLE IF NOT EXISTS bare_account (id INTEGER PRIMARY KEY, held INTEGER NOT NULL)")
        try execute("CREATE TABLE IF NOT EXISTS bare_hold (id INTEGER PRIMARY KEY, account INTEGER, held INTEGER)")
    }

    deinit { sqlite3_close(connection) }

    /// One transaction after the other on six rows of its own.
    func run(first: Int64, seconds: Int) throws -> [Duration] {
        let rows = first..<first + 6
        for row in rows { try execute("INSERT OR IGNORE INTO bare_account VALUES (\(row), 0)") }
        let statements = try [
            "BEGIN IMMEDIATE", "UPDATE bare_account SET held = held + ?2 WHERE id = ?1",
            "INSERT INTO bare_hold (account, held) VALUES (?1, ?2)", "COMMIT",
        ].map(prepare)
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        var times: [Duration] = []
        while ContinuousClock.now < end {
            times.append(
                try ContinuousClock().measure {
                    try step(statements[0])
                    for row in rows { try step(statements[1], row, 600) }
                    try step(statements[2], first, 600)
                    try step(statements[3])
                })
        }
        for statement in statements { sqlite3_finalize(statement) }
        return times
    }

    private func prepare(_ sql: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
        return statement
    }

    private func step(_ statement: OpaquePointer?, _ values: Int64...) throws {
        for (index, value) in values.enumerated() { sqlite3_bind_int64(statement, Int32(index + 1), value) }
        guard sqlite3_step(statement) == SQLITE_DONE else { throw failure }
        sqlite3_reset(statement)
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    private var failure: Failure { Failure(message: String(cString: sqlite3_errmsg(connection))) }
}
