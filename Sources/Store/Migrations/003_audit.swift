extension Migration {
    /// Every change an admin made, in a chain of hashes.
    static let audit = Migration(
        number: 3, name: "audit",
        sql: """
            CREATE TABLE audit (
                id INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                actor_kind TEXT NOT NULL CHECK (actor_kind IN ('person', 'shell', 'program')),
                actor TEXT,
                actor_name TEXT NOT NULL,
                action TEXT NOT NULL,
                subject TEXT NOT NULL,
                subject_name TEXT NOT NULL,
                before TEXT,
                after TEXT,
                hash TEXT NOT NULL UNIQUE,
                CHECK ((actor_kind = 'person') = (actor IS NOT NULL))
            ) STRICT;
            CREATE INDEX audit_by_subject ON audit (subject, id);
            CREATE INDEX audit_by_actor ON audit (actor, id);
            CREATE TRIGGER audit_is_not_updated BEFORE UPDATE ON audit
                BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
            CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
                BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
            """)
}
