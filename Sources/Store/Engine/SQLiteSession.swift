import Core
import GRDB

/// `$1` is a named parameter to SQLite, numbered by where it first stands in the statement and not by its digits;
/// arguments are therefore bound in that order.
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
        // The statement itself complains of one that is missing.
        let inOrder = sql.parameterNumbers.filter { $0 <= arguments.count }
            .map { arguments[$0 - 1].stored as (any DatabaseValueConvertible)? }
        try statement.setArguments(StatementArguments(inOrder))
        return statement
    }
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
        case .text(let text): (text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text).databaseValue
        }
    }
}
