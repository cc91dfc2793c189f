import Core
import GRDB

/// Lets `body` throw `StoreFailure` where SQLite failed, and its own errors as they are.
func mappingFailures<Value>(_ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw StoreFailure(error)
    }
}

extension StoreFailure {
    /// https://www.sqlite.org/rescode.html
    fileprivate init(_ error: DatabaseError) {
        let code = error.extendedResultCode
        let detail = error.message ?? "result code \(code.rawValue)"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        case .SQLITE_FULL: self = .full
        // There was no room for the index of the log.
        case .SQLITE_IOERR where code == .SQLITE_IOERR_SHMSIZE: self = .full
        case .SQLITE_READONLY: self = .readOnly
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(detail: detail)
        case .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_PERM, .SQLITE_AUTH:
            self = .unavailable(detail: "\(detail) (\(code.rawValue))")
        case .SQLITE_CONSTRAINT: self = .constraint(Constraint(error.extendedResultCode), detail: detail.lastWord)
        default: self = .other(detail: detail)
        }
    }
}

extension StoreFailure.Constraint {
    fileprivate init(_ code: ResultCode) {
        switch code {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY: self = .unique
        case .SQLITE_CONSTRAINT_FOREIGNKEY: self = .foreignKey
        case .SQLITE_CONSTRAINT_CHECK: self = .check
        case .SQLITE_CONSTRAINT_NOTNULL: self = .notNull
        default: self = .other
        }
    }
}

extension String {
    /// What follows the colon in `UNIQUE constraint failed: person.email`.
    fileprivate var lastWord: String {
        split(separator: ": ", maxSplits: 1).last.map(String.init) ?? self
    }
}
