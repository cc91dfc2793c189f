public import Core

/// Everything that is kept, over one database: the ports of `Core`, and nothing of SQL.
public struct SQLStore: Sendable {
    let database: SQLiteDatabase
    let time: any TimeSource
    let live: LiveCounts?

    /// Opens or creates the database at `path`, brings its schema up to date, and puts into a new one what a first
    /// admin needs to find. Several workers may do this at once.
    ///
    /// - Throws: `StoreFailure`.
    public static func open(
        path: String, settings: SQLiteDatabase.Settings = .init(), time: some TimeSource
    ) async throws -> SQLStore {
        let database = try SQLiteDatabase(path: path, settings: settings)
        try await SQLMigrator().migrate(database, at: time.now())
        try await database.write { session in try session.makeFirstStart(at: time.now()) }
        return SQLStore(database: database, time: time, live: LiveCounts(path: path + "-live"))
    }

    /// How the store is, for the health page.
    ///
    /// - Throws: `StoreFailure`: then it is not well.
    public func health() async throws -> StoreHealth {
        try await database.health()
    }
}
