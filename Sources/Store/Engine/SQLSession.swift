import Core

/// A connection inside a transaction, speaking the SQL that SQLite and PostgreSQL have in common: `$1` parameters,
/// `INSERT … ON CONFLICT … RETURNING`, integers for time. Not to be kept beyond the closure that received it.
protocol SQLSession {
    /// Runs one statement. `$1` stands for `arguments[0]`, as often as wanted and in any order.
    ///
    /// - Returns: how many rows an INSERT, UPDATE or DELETE changed; meaningless for other statements.
    /// - Throws: `StoreFailure`.
    @discardableResult
    func execute(_ sql: String, with arguments: [SQLValue]) throws -> Int

    /// Runs one statement and fetches all rows of its answer.
    ///
    /// - Throws: `StoreFailure`.
    func rows(_ sql: String, with arguments: [SQLValue]) throws -> [SQLRow]

    /// Runs one statement and shows each row of its answer as it comes: nothing of it is kept. What `body` throws ends it.
    ///
    /// - Throws: `StoreFailure`, and what `body` throws.
    func scan(_ sql: String, with arguments: [SQLValue], eachRow body: (any SQLCells) throws -> Void) throws

    /// Runs any number of statements without parameters, separated by semicolons.
    ///
    /// - Throws: `StoreFailure`; the statements before the failing one were run.
    func run(script: String) throws
}

extension SQLSession {
    /// `try session.execute("DELETE FROM hold WHERE id = $1", id)`
    @discardableResult
    func execute(_ sql: String, _ arguments: any SQLRepresentable...) throws -> Int {
        try execute(sql, with: arguments.map(\.sqlValue))
    }

    func rows(_ sql: String, _ arguments: any SQLRepresentable...) throws -> [SQLRow] {
        try rows(sql, with: arguments.map(\.sqlValue))
    }

    func scan(
        _ sql: String, _ arguments: any SQLRepresentable..., eachRow body: (any SQLCells) throws -> Void
    ) throws {
        try scan(sql, with: arguments.map(\.sqlValue), eachRow: body)
    }

    /// The first row of the answer, if there is one.
    func row(_ sql: String, _ arguments: any SQLRepresentable...) throws -> SQLRow? {
        try rows(sql, with: arguments.map(\.sqlValue)).first
    }

    /// The row of an answer that always has one, such as a `COUNT(*)` or an `INSERT … RETURNING`.
    ///
    /// - Throws: `StoreFailure.other` when there is none.
    func onlyRow(_ sql: String, _ arguments: any SQLRepresentable...) throws -> SQLRow {
        guard let row = try rows(sql, with: arguments.map(\.sqlValue)).first else {
            throw StoreFailure.other(detail: "no row from: \(sql)")
        }
        return row
    }
}
