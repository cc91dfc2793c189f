extension Migration {
    /// What programs ask with, and what their usage is filed under.
    static let keys = Migration(
        number: 20, name: "keys",
        sql: """
            CREATE TABLE project (
                id TEXT PRIMARY KEY,
                organization TEXT NOT NULL REFERENCES organization (id),
                name TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                retired_at INTEGER,
                UNIQUE (organization, name)
            ) STRICT;

            -- secret_hash is the SHA-256 of the secret: who reads this table cannot ask with it. What a key may take in a
            -- window are rows of quota_limit.
            CREATE TABLE api_key (
                id TEXT PRIMARY KEY,
                secret_hash TEXT NOT NULL UNIQUE,
                beginning TEXT NOT NULL,
                person TEXT NOT NULL REFERENCES person (id),
                project TEXT REFERENCES project (id),
                name TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER,
                last_used_at INTEGER,
                revoked_at INTEGER
            ) STRICT;
            CREATE INDEX api_key_by_person ON api_key (person);
            CREATE INDEX api_key_by_project ON api_key (project) WHERE project IS NOT NULL;
            """)
}
