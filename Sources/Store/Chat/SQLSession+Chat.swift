import Core

extension Message.State: SQLRepresentable {}
extension ChatRole: SQLRepresentable {}
extension FinishReason: SQLRepresentable {}

extension Conversation {
    init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], person: try row["person"], title: try row["title"],
            systemPrompt: try row["system_prompt"], model: try row["model"], createdAt: try row["created_at"],
            updatedAt: try row["updated_at"])
    }
}

extension Message {
    init(_ row: SQLRow) throws {
        let role: ChatRole = try row["role"]
        self.init(
            id: try row["id"], conversation: try row["conversation"], role: role, text: try row["text"],
            state: try row["state"], createdAt: try row["created_at"],
            reply: role == .assistant ? try Reply(row) : nil)
    }
}

extension SQLSession {
    /// - Throws: `NotFound`, also for a conversation of somebody else.
    func conversation(_ id: ConversationID, of person: PersonID) throws -> Conversation {
        let row = try row("SELECT * FROM conversation WHERE id = $1 AND person = $2", id, person)
        guard let row else { throw NotFound() }
        return try Conversation(row)
    }

    func record(of id: ConversationID, of person: PersonID) throws -> ConversationRecord {
        ConversationRecord(conversation: try conversation(id, of: person), messages: try messages(of: id))
    }

    /// Those that are shown, in order. Only for a conversation whose owner was checked.
    func messages(of conversation: ConversationID) throws -> [Message] {
        try rows(
            "SELECT * FROM message WHERE conversation = $1 AND superseded_by IS NULL ORDER BY position", conversation
        ).map(Message.init)
    }

    func conversations(
        of person: PersonID, after cursor: ConversationCursor?, count: Int
    ) throws -> [Conversation] {
        var filter = SQLFilter()
        filter.require(person) { "person = \($0)" }
        if let cursor {
            let moment = filter.bind(cursor.updatedAt)
            filter.require(cursor.id) { "updated_at < \(moment) OR (updated_at = \(moment) AND id < \($0))" }
        }
        let limit = filter.bind(count.asLimit)
        return try rows(
            "SELECT * FROM conversation \(filter.clause) ORDER BY updated_at DESC, id DESC LIMIT \(limit)",
            with: filter.arguments
        ).map(Conversation.init)
    }
}
