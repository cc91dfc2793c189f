import Core

/// Brings the schema of a database up to what this program knows.
struct SQLMigrator: Sendable {
    let migrations: [Migration]

    init(migrations: [Migration] = Migration.all) {
        self.migrations = migrations.sorted { $0.number < $1.number }
    }

    /// Applies what is missing, each step in a transaction of its own. Several workers may start at once: the write
    /// lock lets one apply a step, the others find it applied.
    ///
    /// - Throws: `StoreFailure.newerSchema` when the database has a step that this program does not know.
    func migrate(_ database: any SQLDatabase, at now: Timestamp) async throws {
        try await database.write { session in
            try session.run(script: Self.journal)
            try refuseNewer(Self.applied(in: session))
        }
        for migration in migrations {
            try await database.write { session in try apply(migration, in: session, at: now) }
        }
    }

    /// - Throws: `StoreFailure.olderSchema` when a step is missing, `.newerSchema` when one is not known, and what the
    ///   engine says of a file that is none of ours.
    func check(_ database: any SQLDatabase) async throws {
        let applied = try await database.read { session in try Self.applied(in: session) }
        try refuseNewer(applied)
        if let missing = migrations.first(where: { applied[$0.number] == nil }) {
            throw StoreFailure.olderSchema(missing: missing.title)
        }
    }

    /// The title of the newest step in the database.
    static func newest(in session: any SQLSession) throws -> String? {
        try session.row("SELECT title FROM schema_migration ORDER BY number DESC LIMIT 1")?["title"]
    }

    private func refuseNewer(_ applied: [Int: String]) throws {
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.number, $0.title) })
        let unknown = applied.filter { known[$0.key] != $0.value }
        if let newest = unknown.max(by: { $0.key < $1.key }) {
            throw StoreFailure.newerSchema(migration: newest.value)
        }
    }

    private func apply(_ migration: Migration, in session: any SQLSession, at now: Timestamp) throws {
        let applied = try Self.applied(in: session)
        try refuseNewer(applied)
        guard applied[migration.number] == nil else { return }
        try session.run(script: migration.sql)
        try session.execute(
            "INSERT INTO schema_migration (number, title, applied_at) VALUES ($1, $2, $3)",
            migration.number, migration.title, now)
    }

    private static func applied(in session: any SQLSession) throws -> [Int: String] {
        let rows = try session.rows("SELECT number, title FROM schema_migration")
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0["number"], try $0["title"]) })
    }

    private static let journal = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            number INTEGER PRIMARY KEY,
            title TEXT NOT NULL,
            applied_at BIGINT NOT NULL
        )
        """
}
