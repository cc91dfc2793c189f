extension Migration {
    /// One-time links with which people choose their own password.
    static let invitations = Migration(
        number: 5, name: "invitations",
        sql: """
            -- At most one for each person. token_hash is the SHA-256 of the link's secret.
            CREATE TABLE invitation (
                person TEXT PRIMARY KEY REFERENCES person (id),
                token_hash TEXT NOT NULL UNIQUE,
                expires_at INTEGER NOT NULL
            ) STRICT;
            """)
}
