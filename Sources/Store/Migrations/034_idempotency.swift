extension Migration {
    /// Requests that programs may send again.
    static let idempotency = Migration(
        number: 34, name: "idempotency",
        sql: """
            -- What a program calls a request, for a day. request_id is the one under which it is held and settled.
            CREATE TABLE idempotency_key (
                api_key TEXT NOT NULL,
                text TEXT NOT NULL,
                -- SHA-256 of all that was asked.
                fingerprint TEXT NOT NULL,
                request_id TEXT NOT NULL UNIQUE,
                -- JSON; NULL for none, or one that is not kept.
                answer TEXT,
                expires_at INTEGER NOT NULL,
                PRIMARY KEY (api_key, text)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);
            """)
}
