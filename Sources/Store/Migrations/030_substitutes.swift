extension Migration {
    /// What is given where a limit leaves no room, and why a reply is not what was asked for.
    static let substitutes = Migration(
        number: 30, name: "substitutes",
        sql: """
            -- When the limit returns that left no room for a longer reply.
            ALTER TABLE message ADD COLUMN shortened_until INTEGER;
            -- JSON; NULL for a reply that is what was asked for.
            ALTER TABLE message ADD COLUMN substitute TEXT;

            -- Answers that may be given again. `question` is a SHA-256 of all that decides one, and of whose it is.
            CREATE TABLE cached_reply (
                question TEXT PRIMARY KEY,
                text TEXT NOT NULL,
                model_served TEXT,
                answered_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX cached_reply_by_expiry ON cached_reply (expires_at);
            CREATE INDEX cached_reply_by_age ON cached_reply (answered_at);
            """)
}
