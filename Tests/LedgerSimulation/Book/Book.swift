import Core
import Foundation
import Store
import Synchronization

/// The real ledger: a database file, and several workers upon it, each with connections and caches of its own.
final class Book {
    let clock = SetClock()
    let raw: RawBook
    private(set) var workers: [SQLStore]
    /// All but those that say what the schema is.
    private let tables: [String]
    private let path: String
    private let folder: URL

    /// - Parameter parent: of the folder that it makes for itself; on a disk in memory it is fastest.
    init(in parent: String) async throws {
        folder = URL(fileURLWithPath: parent).appendingPathComponent("ledger-simulation-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("book.sqlite").path
        workers = [try await Self.worker(path, clock)]
        raw = try RawBook(path: path)
        tables = try Self.prepare(raw)
        while workers.count < World.workers { workers.append(try await Self.worker(path, clock)) }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Lets a worker vanish, and another one begin.
    func replace(_ worker: Int) async throws {
        workers[worker] = try await Self.worker(path, clock)
    }

    /// Begins anew: nothing is counted, nothing set.
    func empty() throws {
        try raw.run(
            (["PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"] + tables.map { "DELETE FROM \($0)" }
                + [Self.fixture, "COMMIT"]).joined(separator: ";\n"))
    }

    /// From now on the database fails at writes of this kind; at none when it is nil.
    func fail(at fault: Fault?) throws {
        let arming = fault.map { "INSERT INTO armed VALUES ('\($0.place)', \($0.endsTransaction))" }
        try raw.run((["DELETE FROM armed"] + [arming].compactMap { $0 }).joined(separator: ";"))
    }

    /// A change of the schema would be expensive: every worker reads it again, and compiles its statements again. So what
    /// lets writes fail is there from the beginning, and what forbids to begin anew is not.
    private static func prepare(_ raw: RawBook) throws -> [String] {
        let forbidding = try raw.rows(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE%'")
        for trigger in forbidding { try raw.run("DROP TRIGGER \(trigger[0].text)") }
        try raw.run("CREATE TABLE armed (place TEXT, ends_transaction INTEGER)")
        for place in Fault.Place.allCases {
            try raw.run(
                """
                CREATE TRIGGER fail_\(place) BEFORE \(place.rawValue)
                WHEN EXISTS (SELECT 1 FROM armed WHERE place = '\(place)')
                BEGIN
                    SELECT CASE WHEN ends_transaction THEN RAISE(ROLLBACK, 'fault') ELSE RAISE(ABORT, 'fault') END FROM armed;
                END
                """)
        }
        return try raw.rows(
            """
            SELECT name FROM sqlite_master
             WHERE type = 'table' AND name <> 'schema_migration'
               AND (name NOT LIKE 'sqlite%' OR name = 'sqlite_sequence') AND name NOT LIKE '%search%' ORDER BY name
            """
        ).map(\.[0].text)
    }

    private static func worker(_ path: String, _ clock: SetClock) async throws -> SQLStore {
        try await SQLStore.open(path: path, settings: SQLiteDatabase.Settings(maxReaders: 1), time: clock)
    }

    private static var fixture: String {
        let row = { (table: String, columns: String, values: String) in
            "INSERT INTO \(table) (\(columns)) VALUES (\(values))"
        }
        let tiers = World.tiers.map {
            row(
                "tier", "id, organization, name, audience, max_prompt_tokens, max_reply_tokens, created_at",
                "'\($0)', 'acme', '\($0)', 'all', 1000, 1000, 0")
        }
        let people = World.people.map {
            row(
                "person", "id, organization, tier, email, display_name, search_text, sort_name, created_at",
                "'\($0)', 'acme', 'free', '\($0)', '\($0)', '\($0)', '\($0)', 0")
        }
        let projects = World.projects.map {
            row("project", "id, organization, name, created_at", "'\($0)', 'acme', '\($0)', 0")
        }
        let models = World.models.map {
            row(
                "model",
                """
                id, organization, name, upstream, upstream_model, context_window, max_reply_tokens, prompt_price,
                completion_price, weight_ppm, created_at
                """, "'\($0)', 'acme', '\($0)', 'up', '\($0)', 1000, 1000, 0, 0, 1000000, 0")
        }
        let others = [
            row(
                "organization", "id, name, time_zone, week_start, reset_hour, created_at",
                "'acme', 'Acme', 'UTC', 1, 0, 0"),
            row("upstream", "id, organization, name, base_url, created_at", "'up', 'acme', 'up', 'http://up', 0"),
        ]
        let key = row(
            "api_key", "id, secret_hash, beginning, person, name, created_at", "'key', 'x', 'x', 'ada', 'key', 0")
        return (others + tiers + people + projects + models + [key]).joined(separator: ";\n")
    }
}

/// Shows what it was set to.
final class SetClock: TimeSource {
    private let moment = Mutex(Timestamp(milliseconds: 0))

    func now() -> Timestamp { moment.withLock { $0 } }

    func set(_ now: Timestamp) { moment.withLock { $0 = now } }
}
