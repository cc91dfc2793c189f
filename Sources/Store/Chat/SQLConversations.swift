import Core

struct SQLConversations: Conversations {
    let database: any SQLDatabase
    let time: any TimeSource

    func list(of person: PersonID, after cursor: ConversationCursor?, count: Int) async throws -> [Conversation] {
        try await database.read { session in try session.conversations(of: person, after: cursor, count: count) }
    }

    func conversations(_ ids: Set<ConversationID>, of person: PersonID) async throws -> [Conversation] {
        try await database.read { session in
            try ids.compactMap { id in
                try session.row("SELECT * FROM conversation WHERE id = $1 AND person = $2", id, person)
                    .map(Conversation.init)
            }
        }
    }

    func record(of conversation: ConversationID, of person: PersonID) async throws -> ConversationRecord {
        try await database.read { session in try session.record(of: conversation, of: person) }
    }

    func records(
        of person: PersonID, after cursor: ConversationCursor?, count: Int
    ) async throws -> [ConversationRecord] {
        try await database.read { session in
            try session.conversations(of: person, after: cursor, count: count).map { conversation in
                ConversationRecord(conversation: conversation, messages: try session.messages(of: conversation.id))
            }
        }
    }

    func reply(to request: RequestID, of person: PersonID) async throws -> Message {
        try await database.read { session in
            let row = try session.row(
                """
                SELECT message.* FROM message JOIN conversation ON conversation.id = message.conversation
                WHERE message.request = $1 AND message.role = 'assistant' AND conversation.person = $2
                """, request, person)
            guard let row else { throw NotFound() }
            return try Message(row)
        }
    }

    func rename(_ conversation: ConversationID, to title: String, of person: PersonID) async throws {
        try Conversation.flaws(inTitle: title).throwIfAny()
        try await database.write { session in
            let renamed = try session.execute(
                "UPDATE conversation SET title = $3, search_title = $4 WHERE id = $1 AND person = $2", conversation,
                person, title, title.searchable)
            if renamed == 0 { throw NotFound() }
        }
    }

    func setSystemPrompt(_ text: String, in conversation: ConversationID, of person: PersonID) async throws {
        try Conversation.flaws(inSystemPrompt: text).throwIfAny()
        try await database.write { session in
            let changed = try session.execute(
                "UPDATE conversation SET system_prompt = $3 WHERE id = $1 AND person = $2", conversation, person, text)
            if changed == 0 { throw NotFound() }
        }
    }

    func delete(_ conversation: ConversationID, of person: PersonID) async throws {
        try await database.write { session in
            let deleted = try session.execute(
                "DELETE FROM conversation WHERE id = $1 AND person = $2", conversation, person)
            if deleted == 0 { throw NotFound() }
        }
    }

    func giveUpStale() async throws {
        try await database.write { [now = time.now()] session in
            for row in try session.rows(
                "SELECT request FROM message WHERE state = 'streaming' AND (updated_at <= $1 OR updated_at > $2)",
                now.advanced(bySeconds: -ReplyRules.staleSeconds),
                now.advanced(bySeconds: ClockError.toleratedSeconds))
            {
                try session.giveUpIfStale(try row["request"], at: now)
            }
        }
    }
}
