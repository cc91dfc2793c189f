import Core
import GRDB

extension SQLiteDatabase {
    /// Writes everything, as it is at one moment, into an empty file: packed, and not in WAL mode. Writers do not wait.
    /// https://www.sqlite.org/lang_vacuum.html#vacuuminto
    func copy(to path: String) async throws {
        try await outsideTransaction { database in
            try database.execute(sql: "VACUUM INTO ?", arguments: [path])
        }
    }
}

/// A whole database in a file that nobody writes to.
struct SQLiteCopy: SQLDatabase {
    private let queue: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.label = "sluice.copy"
        configuration.readonly = true
        queue = try mappingFailures { try DatabaseQueue(path: path, configuration: configuration) }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { caller in
            queue.asyncRead { database in
                caller.resume(
                    with: Result { try mappingFailures { try body(SQLiteSession(database: database.get())) } })
            }
        }
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        throw StoreFailure.readOnly
    }
}
