extension Migration {
    /// What people and models said to each other.
    static let conversations = Migration(
        number: 2, name: "conversations",
        sql: """
            CREATE TABLE conversation (
                id TEXT PRIMARY KEY,
                person TEXT NOT NULL REFERENCES person (id),
                title TEXT NOT NULL,
                -- The title in the form in which it is searched.
                search_title TEXT NOT NULL,
                system_prompt TEXT NOT NULL,
                model TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX conversation_by_person ON conversation (person, updated_at, id);

            CREATE TABLE message (
                id TEXT PRIMARY KEY,
                conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
                position INTEGER NOT NULL,
                role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
                text TEXT NOT NULL,
                -- The text in the form in which it is searched; empty while it streams.
                search_text TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('streaming', 'complete', 'stopped', 'failed')),
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                -- The request that stored it: the same for a question and its first reply.
                request TEXT NOT NULL,
                -- The request that took its place. Hidden from then on, and removed when that has ended.
                superseded_by TEXT,
                -- The columns below are of replies only.
                submit_key TEXT,
                model TEXT,
                prompt_tokens INTEGER CHECK (prompt_tokens >= 0),
                completion_tokens INTEGER CHECK (completion_tokens >= 0),
                cached_prompt_tokens INTEGER CHECK (cached_prompt_tokens >= 0),
                reasoning_tokens INTEGER CHECK (reasoning_tokens >= 0),
                usage_source TEXT CHECK (usage_source IN ('reported', 'counted')),
                cost INTEGER CHECK (cost >= 0),
                finish_reason TEXT,
                outcome TEXT,
                UNIQUE (conversation, position),
                UNIQUE (conversation, submit_key),
                UNIQUE (request, role)
            ) STRICT;
            CREATE INDEX message_by_successor ON message (superseded_by) WHERE superseded_by IS NOT NULL;
            CREATE INDEX message_streaming ON message (updated_at) WHERE state = 'streaming';
            """)
}
