extension Migration {
    /// Limits and grants; accounts with the holds and charges that move them; usage with its rollups.
    static let ledger = Migration(
        number: 10, name: "ledger",
        sql: """
            -- A limit that is taken away is retired, not deleted: the accounts that it counted stay provable.
            CREATE TABLE quota_limit (
                id TEXT PRIMARY KEY,
                scope TEXT NOT NULL CHECK (scope IN
                    ('organization', 'project', 'tier', 'person', 'key', 'model', 'request')),
                subject TEXT NOT NULL,
                model TEXT,
                meter TEXT NOT NULL CHECK (meter IN ('tokens', 'requests', 'cost', 'concurrent')),
                time_window TEXT NOT NULL,
                amount INTEGER NOT NULL CHECK (amount >= 0),
                mode TEXT NOT NULL DEFAULT 'enforce' CHECK (mode IN ('enforce', 'shadow')),
                retired_at INTEGER
            ) STRICT;
            CREATE INDEX quota_limit_by_subject ON quota_limit (subject, scope);

            -- Raises one limit for one holder until it expires.
            CREATE TABLE quota_grant (
                id TEXT PRIMARY KEY,
                limit_id TEXT NOT NULL REFERENCES quota_limit (id),
                holder TEXT NOT NULL,
                amount INTEGER NOT NULL CHECK (amount > 0),
                reason TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX quota_grant_by_holder ON quota_grant (limit_id, holder, expires_at);

            -- One limit for one holder in one window. used = sum of charge.used, held = sum of charge.held.
            CREATE TABLE account (
                id INTEGER PRIMARY KEY,
                limit_id TEXT NOT NULL REFERENCES quota_limit (id),
                holder TEXT NOT NULL,
                window_start INTEGER NOT NULL,
                resets_at INTEGER,
                used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
                held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
                UNIQUE (limit_id, holder, window_start)
            ) STRICT;

            -- A request between its admission and its settlement. Its id goes over to its usage row.
            CREATE TABLE hold (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                request_id TEXT NOT NULL UNIQUE,
                owner TEXT NOT NULL,
                opened_at INTEGER NOT NULL,
                lease_until INTEGER NOT NULL,
                stop_asked INTEGER NOT NULL DEFAULT 0 CHECK (stop_asked IN (0, 1)),
                watched_until INTEGER,
                organization TEXT NOT NULL,
                project TEXT,
                tier TEXT NOT NULL,
                person TEXT NOT NULL,
                api_key TEXT,
                conversation TEXT,
                feature TEXT,
                model TEXT NOT NULL,
                model_asked TEXT NOT NULL,
                prompt_tokens INTEGER NOT NULL CHECK (prompt_tokens >= 0),
                reply_cap INTEGER NOT NULL CHECK (reply_cap >= 0),
                streamed_tokens INTEGER NOT NULL DEFAULT 0 CHECK (streamed_tokens >= 0),
                prompt_price INTEGER NOT NULL CHECK (prompt_price >= 0),
                completion_price INTEGER NOT NULL CHECK (completion_price >= 0),
                cached_prompt_price INTEGER CHECK (cached_prompt_price >= 0),
                weight_ppm INTEGER NOT NULL CHECK (weight_ppm >= 0)
            ) STRICT;
            CREATE INDEX hold_by_lease ON hold (lease_until);

            -- What one request holds of one account, and in the end has used of it. entry = hold.id = usage.id.
            CREATE TABLE charge (
                entry INTEGER NOT NULL,
                account INTEGER NOT NULL REFERENCES account (id),
                held INTEGER NOT NULL CHECK (held >= 0),
                used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
                PRIMARY KEY (entry, account)
            ) STRICT, WITHOUT ROWID;

            -- Every token that was taken, once. A correction of row n has the id -n and adds to it.
            CREATE TABLE usage (
                id INTEGER PRIMARY KEY,
                request_id TEXT NOT NULL,
                opened_at INTEGER NOT NULL,
                ended_at INTEGER NOT NULL,
                organization TEXT NOT NULL,
                project TEXT,
                tier TEXT NOT NULL,
                person TEXT NOT NULL,
                api_key TEXT,
                conversation TEXT,
                feature TEXT,
                model TEXT NOT NULL,
                model_asked TEXT NOT NULL,
                model_served TEXT,
                prompt_tokens INTEGER NOT NULL CHECK (prompt_tokens >= 0),
                completion_tokens INTEGER NOT NULL CHECK (completion_tokens >= 0),
                cached_prompt_tokens INTEGER NOT NULL CHECK (cached_prompt_tokens >= 0),
                reasoning_tokens INTEGER NOT NULL CHECK (reasoning_tokens >= 0),
                source TEXT NOT NULL CHECK (source IN ('reported', 'counted')),
                prompt_price INTEGER NOT NULL,
                completion_price INTEGER NOT NULL,
                cached_prompt_price INTEGER,
                weight_ppm INTEGER NOT NULL,
                cost INTEGER NOT NULL CHECK (cost >= 0),
                outcome TEXT NOT NULL,
                -- The upstream reported numbers that nobody can believe; ours were charged.
                doubtful INTEGER NOT NULL CHECK (doubtful IN (0, 1))
            ) STRICT;
            CREATE UNIQUE INDEX usage_by_request ON usage (request_id, (id < 0));
            CREATE INDEX usage_by_person ON usage (person, opened_at);
            CREATE TRIGGER usage_is_not_updated BEFORE UPDATE ON usage
                BEGIN SELECT RAISE(ABORT, 'usage is append-only'); END;
            CREATE TRIGGER usage_is_not_deleted BEFORE DELETE ON usage
                BEGIN SELECT RAISE(ABORT, 'usage is append-only'); END;

            -- Sums of usage, so that pages need not scan it. A slot is a quarter of an hour in UTC, named by its first
            -- millisecond: whatever time zone a reader has, its days are whole slots.
            CREATE TABLE usage_slot (
                organization TEXT NOT NULL,
                person TEXT NOT NULL,
                model TEXT NOT NULL,
                slot INTEGER NOT NULL,
                requests INTEGER NOT NULL,
                prompt_tokens INTEGER NOT NULL,
                completion_tokens INTEGER NOT NULL,
                cached_prompt_tokens INTEGER NOT NULL,
                reasoning_tokens INTEGER NOT NULL,
                cost INTEGER NOT NULL,
                PRIMARY KEY (person, slot, model)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX usage_slot_by_time ON usage_slot (organization, slot);

            CREATE TABLE conversation_usage (
                conversation TEXT PRIMARY KEY,
                person TEXT NOT NULL,
                latest_at INTEGER NOT NULL,
                requests INTEGER NOT NULL,
                prompt_tokens INTEGER NOT NULL,
                completion_tokens INTEGER NOT NULL,
                cached_prompt_tokens INTEGER NOT NULL,
                reasoning_tokens INTEGER NOT NULL,
                cost INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX conversation_usage_by_person ON conversation_usage (person, latest_at);
            """)
}
