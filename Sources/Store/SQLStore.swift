public import Core

/// Everything that is kept, over one database: the ports of `Core`, and nothing of SQL.
public struct SQLStore: Sendable {
    let database: SQLiteDatabase

    /// Opens or creates the database at `path` and brings its schema up to date.
    ///
    /// - Throws: `StoreFailure`.
    public static func open(
        path: String, settings: SQLiteDatabase.Settings = .init(), time: some TimeSource
    ) async throws -> SQLStore {
        let database = try SQLiteDatabase(path: path, settings: settings)
        try await SQLMigrator().migrate(database, at: time.now())
        return SQLStore(database: database)
    }
}
