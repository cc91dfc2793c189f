import Core
import GRDB

/// `$1` is a named parameter to SQLite, numbered by where it first stands in the statement and not by its digits;
/// arguments are therefore bound by name.
struct SQLiteSession: SQLSession {
    let database: Database

    func execute(_ sql: String, with arguments: [SQLValue]) throws -> Int {
        try mappingFailures {
            try prepare(sql, arguments).execute()
            return database.changesCount
        }
    }

    func rows(_ sql: String, with arguments: [SQLValue]) throws -> [SQLRow] {
        try mappingFailures {
            let statement = try prepare(sql, arguments)
            let columns = statement.columnNames
            let answer = try Row.fetchCursor(statement)
            var rows: [SQLRow] = []
            while let row = try answer.next() {
                rows.append(SQLRow(columns: columns, values: try row.databaseValues.map(SQLValue.init(stored:))))
            }
            return rows
        }
    }

    func run(script: String) throws {
        try mappingFailures { try database.execute(sql: script) }
    }

    private func prepare(_ sql: String, _ arguments: [SQLValue]) throws -> Statement {
        let statement = try database.cachedStatement(sql: sql)
        var named: [String: (any DatabaseValueConvertible)?] = [:]
        for (index, argument) in arguments.enumerated() {
            named[String(index + 1)] = argument.stored
        }
        try statement.setArguments(StatementArguments(named))
        return statement
    }
}

extension SQLValue {
    fileprivate init(stored: DatabaseValue) throws {
        switch stored.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .string(let text): self = .text(text)
        case .double, .blob: throw StoreFailure.other(detail: "a column holds neither integer nor text")
        }
    }

    fileprivate var stored: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .text(let text): text.replacing("\0", with: "\u{FFFD}").databaseValue
        }
    }
}
