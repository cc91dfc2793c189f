extension Migration {
    /// What pages ask about keys, projects and running windows, without scanning for it.
    static let programs = Migration(
        number: 31, name: "programs",
        sql: """
            -- Sums of what was asked for with keys, by the same slots as usage_slot. A key may change its project, and
            -- what was filed under one stays there; project is empty for none.
            CREATE TABLE key_usage_slot (
                api_key TEXT NOT NULL,
                slot INTEGER NOT NULL,
                project TEXT NOT NULL,
                organization TEXT NOT NULL,
                requests INTEGER NOT NULL,
                prompt_tokens INTEGER NOT NULL,
                completion_tokens INTEGER NOT NULL,
                cached_prompt_tokens INTEGER NOT NULL,
                reasoning_tokens INTEGER NOT NULL,
                cost INTEGER NOT NULL,
                PRIMARY KEY (organization, slot, api_key, project)
            ) STRICT, WITHOUT ROWID;
            -- A correction, whose id is negative, is no request of its own.
            INSERT INTO key_usage_slot (api_key, slot, project, organization, requests, prompt_tokens,
                                        completion_tokens, cached_prompt_tokens, reasoning_tokens, cost)
                SELECT api_key, opened_at - opened_at % 900000, COALESCE(project, ''), organization,
                       SUM(CASE WHEN id > 0 THEN 1 ELSE 0 END), SUM(prompt_tokens), SUM(completion_tokens),
                       SUM(cached_prompt_tokens), SUM(reasoning_tokens), SUM(cost)
                  FROM usage WHERE api_key IS NOT NULL GROUP BY 1, 2, 3, 4;

            -- The windows of a limit that run now, among all that ever ran.
            CREATE INDEX account_by_reset ON account (limit_id, resets_at);
            """)
}
