import Core
import Testing

@testable import Store

struct SQLMigratorTests {
    let file: TemporaryDatabase

    init() throws {
        file = try TemporaryDatabase()
    }

    static let first = Migration(number: 1, name: "jars", sql: "CREATE TABLE jar (name TEXT NOT NULL)")
    static let second = Migration(number: 2, name: "lids", sql: "CREATE TABLE lid (name TEXT NOT NULL); SELECT 1;")

    @Test func missingStepsAreAppliedInOrderAndOnce() async throws {
        let database = try file.open()
        try await SQLMigrator(migrations: [Self.first]).migrate(database, at: .start)
        for _ in 1...2 {
            try await SQLMigrator(migrations: [Self.second, Self.first]).migrate(database, at: .start)
        }
        #expect(try await titles(in: database) == ["001_jars", "002_lids"])
    }

    @Test func databaseOfANewerVersionIsRefusedByName() async throws {
        let database = try file.open()
        try await SQLMigrator(migrations: [Self.first, Self.second]).migrate(database, at: .start)
        await #expect(throws: StoreFailure.newerSchema(migration: "002_lids")) {
            try await SQLMigrator(migrations: [Self.first]).migrate(database, at: .start)
        }
    }

    @Test func failingStepLeavesNothingOfItself() async throws {
        let database = try file.open()
        let broken = Migration(
            number: 2, name: "broken", sql: "CREATE TABLE lid (name TEXT); CREATE TABLE jar (x TEXT)")
        await #expect(throws: StoreFailure.self) {
            try await SQLMigrator(migrations: [Self.first, broken]).migrate(database, at: .start)
        }
        #expect(try await titles(in: database) == ["001_jars"])
        try await SQLMigrator(migrations: [Self.first, Self.second]).migrate(database, at: .start)
    }

    @Test func everyNumberIsTakenOnce() {
        #expect(Set(Migration.all.map(\.number)).count == Migration.all.count)
    }

    @Test func everyStepOfThisProgramApplies() async throws {
        #expect(try await titles(in: try await file.migrated()) == Migration.all.map(\.title).sorted())
    }

    @Test func processesThatStartAtOnceMigrateOnce() async throws {
        let path = file.path
        try await withThrowingTaskGroup { group in
            for _ in 1...4 {
                group.addTask {
                    await #expect(processExitsWith: .success) { [path = path as String] in
                        let database = try SQLiteDatabase(path: path)
                        try await SQLMigrator(migrations: [SQLMigratorTests.first, SQLMigratorTests.second])
                            .migrate(database, at: .start)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await titles(in: try file.open()) == ["001_jars", "002_lids"])
    }

    private func titles(in database: SQLiteDatabase) async throws -> [String] {
        try await database.read { session in
            try session.rows("SELECT title FROM schema_migration ORDER BY number").map { try $0["title"] }
        }
    }
}
