extension Migration {
    /// How alerts reach people, each channel by itself, and what one worker does for all.
    static let alerts = Migration(
        number: 32, name: "alerts",
        sql: """
            -- Written with the alert, one for each channel of its rule.
            CREATE TABLE alert_delivery (
                id INTEGER PRIMARY KEY,
                alert INTEGER NOT NULL REFERENCES alert (id),
                channel TEXT NOT NULL CHECK (channel IN ('slack', 'email', 'webhook')),
                attempts INTEGER NOT NULL DEFAULT 0,
                -- While a worker tries, the end of its lease. NULL when there is nothing more to do.
                next_attempt_at INTEGER,
                delivered_at INTEGER,
                given_up_at INTEGER,
                failure TEXT,
                UNIQUE (alert, channel),
                CHECK ((next_attempt_at IS NULL) = (delivered_at IS NOT NULL OR given_up_at IS NOT NULL))
            ) STRICT;
            CREATE INDEX alert_delivery_due ON alert_delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
            CREATE INDEX alert_delivery_given_up ON alert_delivery (given_up_at) WHERE given_up_at IS NOT NULL;

            -- The alert itself knows nothing of its deliveries.
            DROP INDEX alert_undelivered;
            ALTER TABLE alert DROP COLUMN delivered_at;
            ALTER TABLE alert DROP COLUMN attempts;
            ALTER TABLE alert DROP COLUMN next_attempt_at;
            ALTER TABLE alert DROP COLUMN failure;

            -- What is done for all workers by whichever comes first once it is due.
            CREATE TABLE duty (
                name TEXT PRIMARY KEY,
                next_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """)
}
