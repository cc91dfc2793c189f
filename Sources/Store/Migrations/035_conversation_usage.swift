extension Migration {
    /// What a conversation used, by who used it.
    static let conversationUsage = Migration(
        number: 35, name: "conversation_usage",
        sql: """
            -- A chat's identifier comes from its page. When the chat was deleted, somebody else's may come under it.
            CREATE TABLE usage_of_conversation (
                conversation TEXT NOT NULL,
                person TEXT NOT NULL,
                latest_at INTEGER NOT NULL,
                requests INTEGER NOT NULL,
                prompt_tokens INTEGER NOT NULL,
                completion_tokens INTEGER NOT NULL,
                cached_prompt_tokens INTEGER NOT NULL,
                reasoning_tokens INTEGER NOT NULL,
                cost INTEGER NOT NULL,
                PRIMARY KEY (conversation, person)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO usage_of_conversation
            SELECT conversation, person, latest_at, requests, prompt_tokens, completion_tokens, cached_prompt_tokens,
                   reasoning_tokens, cost
              FROM conversation_usage;
            DROP TABLE conversation_usage;
            ALTER TABLE usage_of_conversation RENAME TO conversation_usage;
            CREATE INDEX conversation_usage_by_person ON conversation_usage (person, latest_at);
            """)
}
