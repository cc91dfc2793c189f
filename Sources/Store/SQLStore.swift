public import Core
import Foundation

/// Everything that is kept, over one database: the ports of `Core`, and nothing of SQL.
public struct SQLStore: Sendable {
    package let database: SQLiteDatabase
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
        let live = LiveCounts(path: path + "-live")
        try await database.dropLeftovers(of: live)
        return SQLStore(database: database, time: time, live: live)
    }

    /// Makes a database as an earlier version did, for tests of how it is brought up to date.
    ///
    /// - Parameter number: of the last step of its schema.
    package static func createOld(path: String, upTo number: Int, time: some TimeSource) async throws {
        let steps = Migration.all.filter { $0.number <= number }
        try await SQLMigrator(migrations: steps).migrate(try SQLiteDatabase(path: path), at: time.now())
    }

    /// Opens the database at `path` as it stands, for those who look after it: makes none, and changes no schema.
    ///
    /// - Throws: `StoreFailure`; `.unavailable` where there is no file, `.olderSchema` for one that has not been brought
    ///   up to date yet.
    public static func openExisting(
        path: String, settings: SQLiteDatabase.Settings = .init(), time: some TimeSource
    ) async throws -> SQLStore {
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreFailure.unavailable(detail: "there is no file \(path)")
        }
        let database = try SQLiteDatabase(path: path, settings: settings)
        try await SQLMigrator().check(database)
        return SQLStore(database: database, time: time, live: LiveCounts(path: path + "-live", creates: false))
    }

    /// How the store is, for the health page.
    ///
    /// - Throws: `StoreFailure`: then it is not well.
    public func health() async throws -> StoreHealth {
        try await database.health()
    }
}
