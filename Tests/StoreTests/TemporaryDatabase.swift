import Core
import Foundation

@testable import Store

/// A database file in a folder of its own, which goes when the value goes.
final class TemporaryDatabase: Sendable {
    let folder: String
    var path: String { folder + "/sluice.sqlite" }

    init() throws {
        folder = NSTemporaryDirectory() + "/sluice-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Another pool on the same file, as another worker has one.
    func open(
        busyTimeoutSeconds: Double = 5, turn: SQLiteTurn = SQLiteTurn(),
        checkpoints: SQLiteCheckpoints.Limits = SQLiteCheckpoints.Limits()
    ) throws -> SQLiteDatabase {
        var settings = SQLiteDatabase.Settings(busyTimeoutSeconds: busyTimeoutSeconds)
        settings.turn = turn
        settings.checkpoints = checkpoints
        return try SQLiteDatabase(path: path, settings: settings)
    }

    func migrated() async throws -> SQLiteDatabase {
        let database = try open()
        try await SQLMigrator().migrate(database, at: .start)
        return database
    }
}

extension Timestamp {
    /// A Wednesday at noon, when all tests begin.
    static let start = Timestamp(milliseconds: 1_767_787_200_000)
}
