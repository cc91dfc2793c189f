import Core
import Foundation
import GRDBSQLite

/// The database file itself, beside the workers and past their code: to prepare it, to let it fail, and to read what is
/// written there.
final class RawBook {
    struct Failure: Error { let message: String }

    private var connection: OpaquePointer?
    private var statements: [String: OpaquePointer] = [:]

    init(path: String) throws {
        guard sqlite3_open(path, &connection) == SQLITE_OK else { throw failure }
        sqlite3_busy_timeout(connection, 5000)
        try run("PRAGMA synchronous = OFF")
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close(connection)
    }

    func run(_ script: String) throws {
        guard sqlite3_exec(connection, script, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    /// - Parameter argument: what `?1` stands for.
    func rows(_ sql: String, _ argument: String? = nil) throws -> [[Cell]] {
        let statement = try prepared(sql)
        defer { sqlite3_reset(statement) }
        if let argument { sqlite3_bind_text(statement, 1, argument, -1, transient) }
        var rows: [[Cell]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append((0..<sqlite3_column_count(statement)).map { Cell(statement, $0) })
            case SQLITE_DONE: return rows
            default: throw failure
            }
        }
    }

    private func prepared(_ sql: String) throws -> OpaquePointer? {
        if let known = statements[sql] { return known }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
        statements[sql] = statement
        return statement
    }

    private var failure: Failure { Failure(message: String(cString: sqlite3_errmsg(connection))) }
}

/// A value as it is stored.
enum Cell: Hashable {
    case null
    case number(Int64)
    case text(String)

    fileprivate init(_ statement: OpaquePointer?, _ column: Int32) {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: self = .number(sqlite3_column_int64(statement, column))
        case SQLITE_NULL: self = .null
        default: self = .text(String(cString: sqlite3_column_text(statement, column)))
        }
    }

    init(_ number: Int64?) { self = number.map(Cell.number) ?? .null }

    init(_ moment: Timestamp?) { self.init(moment?.milliseconds) }

    var number: Int64 {
        if case .number(let number) = self { return number }
        return 0
    }

    var text: String {
        if case .text(let text) = self { return text }
        return ""
    }
}

private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
