extension Migration {
    /// Who there is, what they may use, and how they sign in.
    static let people = Migration(
        number: 1, name: "people",
        sql: """
            CREATE TABLE organization (
                id TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                time_zone TEXT NOT NULL,
                week_start INTEGER NOT NULL CHECK (week_start BETWEEN 1 AND 7),
                reset_hour INTEGER NOT NULL CHECK (reset_hour BETWEEN 0 AND 23),
                created_at INTEGER NOT NULL
            ) STRICT;

            -- What a tier's people may take in a window are rows of quota_limit.
            CREATE TABLE tier (
                id TEXT PRIMARY KEY,
                organization TEXT NOT NULL REFERENCES organization (id),
                name TEXT NOT NULL,
                audience TEXT NOT NULL,
                max_prompt_tokens INTEGER NOT NULL CHECK (max_prompt_tokens > 0),
                max_reply_tokens INTEGER NOT NULL CHECK (max_reply_tokens > 0),
                -- How long a reply goes on that nobody reads; NULL: to its end.
                disconnect_grace_seconds INTEGER CHECK (disconnect_grace_seconds >= 0),
                is_retired INTEGER NOT NULL DEFAULT 0 CHECK (is_retired IN (0, 1)),
                created_at INTEGER NOT NULL,
                UNIQUE (organization, name)
            ) STRICT;

            CREATE TABLE upstream (
                id TEXT PRIMARY KEY,
                organization TEXT NOT NULL REFERENCES organization (id),
                name TEXT NOT NULL,
                base_url TEXT NOT NULL,
                api_key TEXT,
                created_at INTEGER NOT NULL,
                UNIQUE (organization, name)
            ) STRICT;

            CREATE TABLE model (
                id TEXT PRIMARY KEY,
                organization TEXT NOT NULL REFERENCES organization (id),
                name TEXT NOT NULL,
                upstream TEXT NOT NULL REFERENCES upstream (id),
                upstream_model TEXT NOT NULL,
                encoding TEXT,
                context_window INTEGER NOT NULL CHECK (context_window > 0),
                max_reply_tokens INTEGER NOT NULL CHECK (max_reply_tokens > 0),
                -- Nanodollars per million tokens.
                prompt_price INTEGER NOT NULL CHECK (prompt_price >= 0),
                completion_price INTEGER NOT NULL CHECK (completion_price >= 0),
                cached_prompt_price INTEGER CHECK (cached_prompt_price >= 0),
                weight_ppm INTEGER NOT NULL CHECK (weight_ppm >= 0),
                is_retired INTEGER NOT NULL DEFAULT 0 CHECK (is_retired IN (0, 1)),
                created_at INTEGER NOT NULL,
                UNIQUE (organization, name)
            ) STRICT;

            -- The models that a tier allows; all others are denied.
            CREATE TABLE tier_model (
                tier TEXT NOT NULL REFERENCES tier (id),
                model TEXT NOT NULL REFERENCES model (id),
                PRIMARY KEY (tier, model)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX tier_model_by_model ON tier_model (model);

            CREATE TABLE person (
                id TEXT PRIMARY KEY,
                organization TEXT NOT NULL REFERENCES organization (id),
                tier TEXT NOT NULL REFERENCES tier (id),
                email TEXT NOT NULL UNIQUE,
                display_name TEXT NOT NULL,
                -- Name and address in the form in which they are searched and sorted.
                search_text TEXT NOT NULL,
                sort_name TEXT NOT NULL,
                password_hash TEXT,
                is_admin INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
                is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
                time_zone TEXT,
                locale TEXT,
                created_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX person_by_tier ON person (tier);

            -- token_hash is the SHA-256 of the cookie: who reads this table cannot sign in with it.
            CREATE TABLE session (
                id TEXT PRIMARY KEY,
                token_hash TEXT NOT NULL UNIQUE,
                person TEXT NOT NULL REFERENCES person (id),
                created_at INTEGER NOT NULL,
                last_seen_at INTEGER NOT NULL,
                address TEXT NOT NULL,
                user_agent TEXT NOT NULL
            ) STRICT;
            CREATE INDEX session_by_person ON session (person);
            CREATE INDEX session_by_use ON session (last_seen_at);

            CREATE TABLE sign_in_failure (
                kind TEXT NOT NULL CHECK (kind IN ('account', 'address')),
                subject TEXT NOT NULL,
                failures INTEGER NOT NULL CHECK (failures >= 0),
                latest_at INTEGER NOT NULL,
                blocked_until INTEGER NOT NULL,
                PRIMARY KEY (kind, subject)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX sign_in_failure_by_time ON sign_in_failure (latest_at);

            -- At most one at a time.
            CREATE TABLE first_admin_link (
                token_hash TEXT PRIMARY KEY,
                expires_at INTEGER NOT NULL
            ) STRICT;
            """)
}
