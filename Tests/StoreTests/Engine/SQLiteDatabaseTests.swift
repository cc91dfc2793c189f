import Core
import Foundation
import Testing

@testable import Store

struct SQLiteDatabaseTests {
    let file: TemporaryDatabase
    let database: SQLiteDatabase

    init() async throws {
        file = try TemporaryDatabase()
        database = try file.open()
        try await database.write { session in
            try session.run(
                script: """
                    CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
                    CREATE TABLE jar (
                        name TEXT PRIMARY KEY, level INTEGER NOT NULL CHECK (level >= 0),
                        parent INTEGER REFERENCES parent (id)
                    ) STRICT;
                    """)
        }
    }

    @Test func parametersAreBoundByTheirNumberNotByWhereTheyStand() async throws {
        try await database.write { session in
            try session.execute("INSERT INTO jar (level, name) VALUES ($2, $1)", "honey", 7)
        }
        let level: Int64 = try await database.read { session in
            try session.onlyRow("SELECT level FROM jar WHERE level = $2 AND name = $1 AND name = $1", "honey", 7)[
                "level"]
        }
        #expect(level == 7)
    }

    @Test func missingArgumentIsAnErrorAndNotNull() async throws {
        await #expect(throws: StoreFailure.self) {
            try await database.write { session in
                try session.execute("INSERT INTO jar (name, level) VALUES ($1, $2)", "honey")
            }
        }
    }

    @Test func anErrorRollsTheWholeTransactionBack() async throws {
        struct Regret: Error {}
        await #expect(throws: Regret.self) {
            try await database.write { session in
                try session.execute("INSERT INTO jar (name, level) VALUES ('honey', 1)")
                throw Regret()
            }
        }
        #expect(try await jars() == 0)
    }

    @Test(arguments: [
        "", "'; DROP TABLE jar; --", "a\u{301}\u{1F469}\u{200D}\u{1F680} \u{202E}عربي", "$1 :x ?",
        "line\r\nline\u{7f}\u{1b}[31m",
        String(repeating: "x", count: 2_000_000),
    ])
    func anyTextReturnsAsItWent(text: String) async throws {
        let stored: String = try await database.write { session in
            try session.onlyRow("INSERT INTO jar (name, level) VALUES ($1, 0) RETURNING name", text)["name"]
        }
        #expect(stored == text && Array(stored.utf8) == Array(text.utf8))
    }

    @Test func nulCharacterBecomesTheReplacementCharacterInsteadOfCuttingTheText() async throws {
        let stored: String = try await database.write { session in
            try session.onlyRow("INSERT INTO jar (name, level) VALUES ($1, 0) RETURNING name", "a\0b")["name"]
        }
        #expect(stored == "a\u{FFFD}b")
    }

    @Test func columnOfAnotherTypeOrNameIsAClearError() async throws {
        try await database.read { session in
            let row = try session.onlyRow("SELECT 1 AS number, NULL AS gap")
            #expect(throws: StoreFailure.other(detail: "column number is no String")) {
                let _: String = try row["number"]
            }
            #expect(throws: StoreFailure.other(detail: "column gap is no Int64")) {
                let _: Int64 = try row["gap"]
            }
            #expect(throws: StoreFailure.other(detail: "no column numbr among number, gap")) {
                let _: Int64 = try row["numbr"]
            }
            let nothing: Int64? = try row["gap"]
            #expect(nothing == nil)
        }
    }

    @Test(arguments: [
        ("INSERT INTO jar VALUES ('honey', 1, NULL)", StoreFailure.constraint(.unique, detail: "jar.name")),
        ("INSERT INTO jar VALUES ('jam', -1, NULL)", .constraint(.check, detail: "level >= 0")),
        ("INSERT INTO jar VALUES ('jam', NULL, NULL)", .constraint(.notNull, detail: "jar.level")),
        ("INSERT INTO jar VALUES ('jam', 1, 42)", .constraint(.foreignKey, detail: "FOREIGN KEY constraint failed")),
    ])
    func brokenRuleIsNamed(sql: String, failure: StoreFailure) async throws {
        try await database.write { session in try session.execute("INSERT INTO jar VALUES ('honey', 1, NULL)") }
        await #expect(throws: failure) {
            try await database.write { session in try session.execute(sql) }
        }
    }

    @Test func readsCannotWrite() async throws {
        await #expect(throws: StoreFailure.readOnly) {
            try await database.read { session in try session.execute("DELETE FROM jar") }
        }
    }

    @Test func aLookSeesWhatWasCommittedAndCannotWrite() async throws {
        let other = try file.open()
        try await other.write { session in try session.execute("INSERT INTO jar VALUES ('honey', 7, NULL)") }
        let level: Int64 = try await database.look { session in try session.onlyRow("SELECT level FROM jar")["level"] }
        #expect(level == 7)
        await #expect(throws: StoreFailure.readOnly) {
            try await database.look { session in try session.execute("DELETE FROM jar") }
        }
    }

    @Test func anotherPoolSeesWhatWasCommitted() async throws {
        let other = try file.open()
        try await database.write { session in try session.execute("INSERT INTO jar VALUES ('honey', 1, NULL)") }
        let seen: Int = try await other.read { session in
            try session.onlyRow("SELECT COUNT(*) AS jars FROM jar")["jars"]
        }
        #expect(seen == 1)
    }

    @Test func writersOfTwoPoolsLoseNoUpdate() async throws {
        let pools = [database, try file.open()]
        try await database.write { session in try session.execute("INSERT INTO jar VALUES ('honey', 0, NULL)") }
        try await withThrowingTaskGroup { group in
            for writer in 0..<200 {
                group.addTask {
                    try await pools[writer % 2].write { session in
                        let level: Int64 = try session.onlyRow("SELECT level FROM jar")["level"]
                        try session.execute("UPDATE jar SET level = $1", level + 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        let level: Int64 = try await database.read { session in try session.onlyRow("SELECT level FROM jar")["level"] }
        #expect(level == 200)
    }

    @Test func writerThatIsKeptOutForTooLongHearsBusy() async throws {
        let hasty = try file.open(busyTimeoutSeconds: 0.05)
        let (isInside, inside) = AsyncStream.makeStream(of: Void.self)
        let mayLeave = DispatchSemaphore(value: 0)
        async let slow: Void = database.write { _ in
            inside.finish()
            mayLeave.wait()
        }
        for await _ in isInside {}
        await #expect(throws: StoreFailure.busy) {
            try await hasty.write { session in try session.run(script: "DELETE FROM jar") }
        }
        mayLeave.signal()
        try await slow
    }

    @Test func fullDiskIsNamedAndChangesNothing() async throws {
        await #expect(throws: StoreFailure.full) {
            try await database.write { session in
                _ = try session.rows("PRAGMA max_page_count = 1")
                try session.execute("INSERT INTO jar VALUES ('honey', 1, NULL)")
                try session.execute("INSERT INTO jar VALUES ($1, 1, NULL)", String(repeating: "x", count: 1_000_000))
            }
        }
        #expect(try await jars() == 0)
    }

    @Test func cancelledTaskStillCommits() async throws {
        let database = database
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await database.write { session in try session.execute("INSERT INTO jar VALUES ('honey', 1, NULL)") }
        }
        try await task.value
        #expect(try await jars() == 1)
    }

    @Test func newFileIsItsOwnersAlone() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: file.folder) {
            let attributes = try FileManager.default.attributesOfItem(atPath: file.folder + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }

    @Test(arguments: [(SQLiteDatabase.Settings.Durability.normal, 1), (.full, 2)])
    func durabilityIsTheOneAskedFor(durability: SQLiteDatabase.Settings.Durability, level: Int) async throws {
        let database = try SQLiteDatabase(path: file.path, settings: .init(durability: durability))
        let found: Int = try await database.write { session in
            try session.onlyRow("PRAGMA synchronous")["synchronous"]
        }
        #expect(found == level)
    }

    @Test func fileThatIsNoDatabaseIsRefused() throws {
        let other = try TemporaryDatabase()
        try String(repeating: "not a database ", count: 100).write(
            toFile: other.path, atomically: true, encoding: .utf8)
        #expect(throws: StoreFailure.corrupt(detail: "file is not a database")) { try other.open() }
    }

    @Test func folderThatIsNotThereIsNamed() throws {
        #expect(throws: StoreFailure.unavailable(detail: "/nowhere/x.sqlite: No such file or directory")) {
            try SQLiteDatabase(path: "/nowhere/x.sqlite")
        }
    }

    private func jars() async throws -> Int {
        try await database.read { session in try session.onlyRow("SELECT COUNT(*) AS jars FROM jar")["jars"] }
    }
}
