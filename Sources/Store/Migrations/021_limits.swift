extension Migration {
    /// Every kind of limit: buckets, schedules, shares by priority, grants that are used up, a queue, alerts, and what
    /// refusals saved.
    static let limits = Migration(
        number: 21, name: "limits",
        sql: """
            -- Tables that others refer to are made anew, since SQLite changes no constraint of a table.
            CREATE TABLE new_limit (
                id TEXT PRIMARY KEY,
                scope TEXT NOT NULL CHECK (scope IN
                    ('organization', 'project', 'tier', 'person', 'key', 'model', 'request')),
                subject TEXT NOT NULL,
                model TEXT,
                meter TEXT NOT NULL CHECK (meter IN
                    ('tokens', 'prompt_tokens', 'completion_tokens', 'requests', 'cost', 'concurrent')),
                time_window TEXT NOT NULL,
                amount INTEGER NOT NULL CHECK (amount >= 0),
                -- Millionths of a unit a second.
                refill INTEGER CHECK (refill > 0),
                mode TEXT NOT NULL DEFAULT 'enforce' CHECK (mode IN ('enforce', 'shadow')),
                -- JSON; NULL for none.
                schedule TEXT,
                pressure TEXT,
                elastic_ceiling INTEGER CHECK (elastic_ceiling >= amount),
                raised_to INTEGER CHECK (raised_to >= 0),
                retired_at INTEGER,
                CHECK ((time_window = 'bucket') = (refill IS NOT NULL))
            ) STRICT;
            INSERT INTO new_limit (id, scope, subject, model, meter, time_window, amount, mode, retired_at)
                SELECT id, scope, subject, model, meter, time_window, amount, mode, retired_at FROM quota_limit;

            -- An extra that is used up once: for a person, a project or the organization.
            CREATE TABLE new_grant (
                id TEXT PRIMARY KEY,
                scope TEXT NOT NULL CHECK (scope IN ('person', 'project', 'organization')),
                holder TEXT NOT NULL,
                meter TEXT NOT NULL,
                amount INTEGER NOT NULL CHECK (amount > 0),
                reason TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT;
            INSERT INTO new_grant (id, scope, holder, meter, amount, reason, created_at, expires_at)
                SELECT g.id, 'person', g.holder, l.meter, g.amount, g.reason, g.created_at, g.expires_at
                  FROM quota_grant g JOIN quota_limit l ON l.id = g.limit_id;

            -- One limit for one holder in one window, or one grant.
            -- used = sum of charge.used, held = sum of charge.held. A bucket's level is amount - used - held + refilled.
            CREATE TABLE new_account (
                id INTEGER PRIMARY KEY,
                limit_id TEXT REFERENCES new_limit (id),
                grant_id TEXT UNIQUE REFERENCES new_grant (id),
                holder TEXT NOT NULL,
                window_start INTEGER NOT NULL,
                resets_at INTEGER,
                used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
                held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
                refilled INTEGER NOT NULL DEFAULT 0 CHECK (refilled >= 0 AND refilled <= used + held),
                refilled_until INTEGER,
                refill_remainder INTEGER NOT NULL DEFAULT 0,
                -- When a request was let in last, how far apart they come, and when the next one may be let in.
                admitted_at INTEGER,
                pace_ms INTEGER NOT NULL DEFAULT 0,
                paced_until INTEGER,
                UNIQUE (limit_id, holder, window_start),
                CHECK ((limit_id IS NULL) <> (grant_id IS NULL))
            ) STRICT;
            INSERT INTO new_account (id, limit_id, holder, window_start, resets_at, used, held)
                SELECT id, limit_id, holder, window_start, resets_at, used, held FROM account;
            INSERT INTO new_account (grant_id, holder, window_start, resets_at)
                SELECT id, holder, created_at, expires_at FROM new_grant;

            CREATE TABLE new_charge (
                entry INTEGER NOT NULL,
                account INTEGER NOT NULL REFERENCES new_account (id),
                held INTEGER NOT NULL CHECK (held >= 0),
                used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
                PRIMARY KEY (entry, account)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO new_charge (entry, account, held, used) SELECT entry, account, held, used FROM charge;

            DROP TABLE charge;
            DROP TABLE account;
            DROP TABLE quota_grant;
            DROP TABLE quota_limit;
            ALTER TABLE new_limit RENAME TO quota_limit;
            ALTER TABLE new_grant RENAME TO quota_grant;
            ALTER TABLE new_account RENAME TO account;
            ALTER TABLE new_charge RENAME TO charge;
            CREATE INDEX quota_limit_by_subject ON quota_limit (subject, scope);
            CREATE INDEX quota_grant_by_holder ON quota_grant (holder, expires_at);

            ALTER TABLE hold ADD COLUMN held_reply INTEGER NOT NULL DEFAULT 0 CHECK (held_reply >= 0);
            UPDATE hold SET held_reply = reply_cap;
            ALTER TABLE hold ADD COLUMN cached_prompt_weight_ppm INTEGER;
            ALTER TABLE hold ADD COLUMN reasoning_weight_ppm INTEGER;
            ALTER TABLE usage ADD COLUMN cached_prompt_weight_ppm INTEGER;
            ALTER TABLE usage ADD COLUMN reasoning_weight_ppm INTEGER;

            ALTER TABLE model ADD COLUMN cached_prompt_weight_ppm INTEGER CHECK (cached_prompt_weight_ppm >= 0);
            ALTER TABLE model ADD COLUMN reasoning_weight_ppm INTEGER CHECK (reasoning_weight_ppm >= 0);
            ALTER TABLE model ADD COLUMN minimum_reply_tokens INTEGER NOT NULL DEFAULT 16;
            ALTER TABLE model ADD COLUMN fallback TEXT REFERENCES model (id);
            ALTER TABLE model ADD COLUMN holds_whole_reply INTEGER NOT NULL DEFAULT 0;

            ALTER TABLE tier ADD COLUMN downgrades INTEGER NOT NULL DEFAULT 0 CHECK (downgrades IN (0, 1));
            ALTER TABLE tier ADD COLUMN cache_seconds INTEGER CHECK (cache_seconds > 0);
            ALTER TABLE project ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal'
                CHECK (priority IN ('low', 'normal', 'high'));

            -- JSON; NULL for the usual rules.
            ALTER TABLE organization ADD COLUMN alert_rules TEXT;
            ALTER TABLE organization ADD COLUMN alert_targets TEXT;
            ALTER TABLE organization ADD COLUMN queue_length INTEGER NOT NULL DEFAULT 100;
            ALTER TABLE organization ADD COLUMN queue_seconds INTEGER NOT NULL DEFAULT 30;
            ALTER TABLE organization ADD COLUMN waits_for_holds INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE organization ADD COLUMN shares_cache INTEGER NOT NULL DEFAULT 0;

            -- Requests that wait for their turn, in any worker. One that was not seen for a few seconds is gone.
            CREATE TABLE waiting (
                request_id TEXT PRIMARY KEY,
                owner TEXT NOT NULL,
                limit_id TEXT NOT NULL,
                holder TEXT NOT NULL,
                person TEXT NOT NULL,
                -- 0 for the lowest.
                priority INTEGER NOT NULL,
                -- Which turn of this person it is, so that each gets one before anybody gets two.
                turn INTEGER NOT NULL,
                cause TEXT NOT NULL,
                entered_at INTEGER NOT NULL,
                seen_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX waiting_by_account ON waiting (limit_id, holder);

            -- A threshold that was reached: once for each limit, holder, window and threshold.
            CREATE TABLE alert (
                id INTEGER PRIMARY KEY,
                limit_id TEXT NOT NULL REFERENCES quota_limit (id),
                holder TEXT NOT NULL,
                window_start INTEGER NOT NULL,
                threshold_ppm INTEGER NOT NULL,
                action TEXT NOT NULL,
                at INTEGER NOT NULL,
                used INTEGER NOT NULL,
                amount INTEGER NOT NULL,
                resets_at INTEGER,
                delivered_at INTEGER,
                attempts INTEGER NOT NULL DEFAULT 0,
                next_attempt_at INTEGER,
                failure TEXT,
                UNIQUE (limit_id, holder, window_start, threshold_ppm)
            ) STRICT;
            CREATE INDEX alert_undelivered ON alert (at) WHERE delivered_at IS NULL;
            CREATE INDEX alert_by_time ON alert (at);

            -- What was refused, or would have been, and what that would have taken at most.
            CREATE TABLE refusal_slot (
                limit_id TEXT NOT NULL,
                person TEXT NOT NULL,
                model TEXT NOT NULL,
                slot INTEGER NOT NULL,
                mode TEXT NOT NULL CHECK (mode IN ('enforce', 'shadow')),
                organization TEXT NOT NULL,
                requests INTEGER NOT NULL,
                tokens INTEGER NOT NULL,
                cost INTEGER NOT NULL,
                PRIMARY KEY (limit_id, person, model, slot, mode)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX refusal_slot_by_time ON refusal_slot (organization, slot);

            -- How long the latest replies were; person '' is everybody. `recent` is a list of numbers, the newest last.
            CREATE TABLE reply_history (
                person TEXT NOT NULL,
                model TEXT NOT NULL,
                recent TEXT NOT NULL,
                PRIMARY KEY (person, model)
            ) STRICT, WITHOUT ROWID;

            -- Why the program itself changed a limit.
            CREATE TABLE limit_change (
                id INTEGER PRIMARY KEY,
                limit_id TEXT NOT NULL REFERENCES quota_limit (id),
                at INTEGER NOT NULL,
                amount_before INTEGER NOT NULL,
                amount_after INTEGER NOT NULL,
                reason TEXT NOT NULL
            ) STRICT;
            CREATE INDEX limit_change_by_limit ON limit_change (limit_id, at);
            """)
}
