import Core
import GRDB
import GRDBSQLite

/// Statements are prepared and kept by GRDB; their values go in and out by SQLite's own functions, since a hold and its
/// settlement spend a third of their time in between otherwise.
///
/// `$1` is a named parameter to SQLite, numbered by where it first stands in the statement and not by its digits;
/// arguments are therefore bound in that order.
struct SQLiteSession: SQLSession {
    let database: Database

    func execute(_ sql: String, with arguments: [SQLValue]) throws -> Int {
        try mappingFailures {
            try run(sql, arguments) { _ in }
            return database.changesCount
        }
    }

    func rows(_ sql: String, with arguments: [SQLValue]) throws -> [SQLRow] {
        try mappingFailures {
            var rows: [SQLRow] = []
            try run(sql, arguments) { statement in
                let columns = statement.columnNames
                let values = try columns.indices.map { try SQLValue(column: Int32($0), of: statement.sqliteStatement) }
                rows.append(SQLRow(columns: columns, values: values))
            }
            return rows
        }
    }

    func scan(_ sql: String, with arguments: [SQLValue], eachRow body: (any SQLCells) throws -> Void) throws {
        try mappingFailures {
            try run(sql, arguments) { try body(SQLiteCells(statement: $0.sqliteStatement)) }
        }
    }

    func run(script: String) throws {
        try mappingFailures { try database.execute(sql: script) }
    }

    private func run(_ sql: String, _ arguments: [SQLValue], eachRow body: (Statement) throws -> Void) throws {
        let statement = try database.cachedStatement(sql: sql)
        let handle = statement.sqliteStatement
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(arguments, to: handle, of: sql)
        while true {
            let result = sqlite3_step(handle)
            if result == SQLITE_DONE { return }
            guard result == SQLITE_ROW else { throw failure(result, of: sql) }
            try body(statement)
        }
    }

    private func bind(_ arguments: [SQLValue], to handle: OpaquePointer, of sql: String) throws {
        let numbers = Self.parameterNumbers.value(of: sql, read: \.parameterNumbers)
        for (position, number) in zip(Int32(1)..., numbers) {
            guard arguments.indices.contains(number - 1) else {
                throw StoreFailure.other(detail: "no argument $\(number) for: \(sql)")
            }
            let result = arguments[number - 1].bind(at: position, of: handle)
            guard result == SQLITE_OK else { throw failure(result, of: sql) }
        }
    }

    private func failure(_ result: Int32, of sql: String) -> DatabaseError {
        let message = database.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }
        return DatabaseError(resultCode: ResultCode(rawValue: result), message: message, sql: sql)
    }

    private static let parameterNumbers = Memo<[Int]>()
}

extension String {
    /// The numbers of a statement's parameters, each where it first stands: `[2, 1]` of `SET level = $2 WHERE name = $1`.
    fileprivate var parameterNumbers: [Int] {
        var numbers: [Int] = []
        var bytes = utf8.makeIterator()
        var next = bytes.next()
        while let byte = next {
            next = bytes.next()
            guard byte == UInt8(ascii: "$") else { continue }
            var number = 0
            while let digit = next, case UInt8(ascii: "0")...UInt8(ascii: "9") = digit {
                number = 10 * number + Int(digit - UInt8(ascii: "0"))
                next = bytes.next()
            }
            if number > 0, !numbers.contains(number) { numbers.append(number) }
        }
        return numbers
    }
}

private struct SQLiteCells: SQLCells {
    let statement: OpaquePointer

    func number(_ column: Int) -> Int64? {
        guard sqlite3_column_type(statement, Int32(column)) == SQLITE_INTEGER else { return nil }
        return sqlite3_column_int64(statement, Int32(column))
    }

    func text(_ column: Int) -> String? { withText(of: column) { $0.map { String(decoding: $0, as: UTF8.self) } } }

    func digest(_ column: Int, _ key: Digest.Key) -> Digest {
        withText(of: column) { $0.map { Digest($0, key) } ?? .nothing }
    }

    private func withText<Value>(of column: Int, _ body: (UnsafeRawBufferPointer?) -> Value) -> Value {
        guard sqlite3_column_type(statement, Int32(column)) == SQLITE_TEXT else { return body(nil) }
        let text = sqlite3_column_text(statement, Int32(column))
        return body(UnsafeRawBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
    }
}

extension SQLValue {
    fileprivate init(column: Int32, of statement: OpaquePointer) throws {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_NULL: self = .null
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(statement, column))
        case SQLITE_TEXT:
            // The text before its length: asked the other way round, SQLite might convert it in between.
            let text = sqlite3_column_text(statement, column)
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, column)))
            self = .text(String(decoding: bytes, as: UTF8.self))
        default: throw StoreFailure.other(detail: "a column holds neither integer nor text")
        }
    }

    /// - Returns: SQLite's result code.
    fileprivate func bind(at position: Int32, of statement: OpaquePointer) -> Int32 {
        switch self {
        case .null: return sqlite3_bind_null(statement, position)
        case .integer(let number): return sqlite3_bind_int64(statement, position, number)
        case .text(var text):
            if text.utf8.contains(0) { text = text.replacing("\0", with: "\u{FFFD}") }
            return text.withUTF8 { bytes in
                // An empty buffer may have no address, which SQLite would take for NULL.
                guard let start = bytes.baseAddress else { return sqlite3_bind_text(statement, position, "", 0, nil) }
                return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text64(statement, position, $0, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
                }
            }
        }
    }
}

/// SQLite keeps a copy: `SQLITE_TRANSIENT`, which is a cast that Swift does not import.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
