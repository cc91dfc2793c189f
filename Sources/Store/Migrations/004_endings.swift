extension Migration {
    /// Why a reply is shorter than it could be, or broke off.
    static let endings = Migration(
        number: 4, name: "endings",
        sql: """
            -- The longest that the reply could become, in tokens.
            ALTER TABLE message ADD COLUMN reply_cap INTEGER CHECK (reply_cap > 0);
            -- What the limit was called that left no room for a longer one; all NULL where none did.
            ALTER TABLE message ADD COLUMN shortened_scope TEXT;
            ALTER TABLE message ADD COLUMN shortened_meter TEXT;
            ALTER TABLE message ADD COLUMN shortened_window TEXT;
            -- What went wrong upstream, without the upstream's own words.
            ALTER TABLE message ADD COLUMN failure TEXT;
            ALTER TABLE message ADD COLUMN failure_status INTEGER;
            """)
}
