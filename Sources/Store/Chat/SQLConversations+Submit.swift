import Core

extension SQLConversations {
    func submit(_ submission: Submission, of person: PersonID) async throws -> Submitted {
        try submission.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            try session.begin(submission, of: person, at: now)
            if let earlier = try session.earlierReply(to: submission) {
                let record = try session.record(of: submission.conversation, of: person)
                return Submitted(record: record, reply: earlier, isRepeated: true)
            }
            try session.requireNoReplyInProgress(in: submission.conversation, at: now)
            try session.hideWhatIsReplaced(by: submission)
            let reply = try session.store(submission, at: now)
            let record = try session.record(of: submission.conversation, of: person)
            return Submitted(record: record, reply: reply, isRepeated: false)
        }
    }

    func withdraw(_ request: RequestID, of person: PersonID) async throws {
        try await database.write { session in
            let row = try session.row(
                """
                SELECT message.conversation FROM message JOIN conversation ON conversation.id = message.conversation
                WHERE message.request = $1 AND message.state = 'streaming' AND conversation.person = $2
                """, request, person)
            guard let conversation: ConversationID = try row?["conversation"] else { return }
            try session.execute("DELETE FROM message WHERE request = $1", request)
            try session.execute("UPDATE message SET superseded_by = NULL WHERE superseded_by = $1", request)
            try session.restore(conversation)
        }
    }
}

extension SQLSession {
    /// Makes sure that the conversation is there and the person's own.
    ///
    /// - Throws: `NotFound` for somebody else's, and for one that is gone but was to be changed.
    fileprivate func begin(_ submission: Submission, of person: PersonID, at now: Timestamp) throws {
        if try row("SELECT id FROM conversation WHERE id = $1", submission.conversation) != nil {
            _ = try conversation(submission.conversation, of: person)
            return
        }
        guard case .ask(let question) = submission.kind else { throw NotFound() }
        let title = Conversation.title(from: question)
        try execute(
            """
            INSERT INTO conversation (id, person, title, search_title, system_prompt, model, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            """,
            submission.conversation, person, title, title.searchable, submission.systemPrompt ?? "", submission.model,
            now)
    }

    /// The reply that was stored when this was first sent.
    fileprivate func earlierReply(to submission: Submission) throws -> Message? {
        let reply = try row(
            "SELECT * FROM message WHERE conversation = $1 AND submit_key = $2", submission.conversation, submission.key
        ).map(Message.init)
        if let reply { try requireTheSameQuestion(submission, as: reply) }
        return reply
    }

    /// - Throws: `SubmissionFailure` where a form comes again with other words in it, or for another model.
    private func requireTheSameQuestion(_ submission: Submission, as reply: Message) throws {
        guard let question = submission.question else { return }
        let earlier = try row(
            "SELECT text FROM message WHERE request = $1 AND role = 'user'", reply.reply?.requestID)
        let text: String? = try earlier?["text"]
        guard text == question, reply.reply?.model == submission.model else {
            if case .edit = submission.kind { throw SubmissionFailure.outdated }
            throw SubmissionFailure.keyOfAnotherQuestion
        }
    }

    fileprivate func requireNoReplyInProgress(in conversation: ConversationID, at now: Timestamp) throws {
        let streaming = try row(
            "SELECT request FROM message WHERE conversation = $1 AND state = 'streaming'", conversation)
        guard let request: RequestID = try streaming?["request"] else { return }
        guard try giveUpIfStale(request, at: now) else { throw SubmissionFailure.replyInProgress }
    }

    /// - Throws: `SubmissionFailure.outdated` when that is not the last of the conversation any more.
    fileprivate func hideWhatIsReplaced(by submission: Submission) throws {
        switch submission.kind {
        case .ask: return
        case .edit(let question, _): try hide(question, .user, by: submission)
        case .regenerate(let reply): try hide(reply, .assistant, by: submission)
        }
    }

    private func hide(_ message: MessageID, _ role: ChatRole, by submission: Submission) throws {
        let last = try row(
            """
            SELECT id, position FROM message
            WHERE conversation = $1 AND superseded_by IS NULL AND role = $2 ORDER BY position DESC LIMIT 1
            """, submission.conversation, role)
        guard let last, try last["id"] == message else { throw SubmissionFailure.outdated }
        try execute(
            """
            UPDATE message SET superseded_by = $3
            WHERE conversation = $1 AND superseded_by IS NULL AND position >= $2
            """, submission.conversation, try last["position"] as Int64, submission.requestID)
    }

    /// - Returns: the empty reply.
    fileprivate func store(_ submission: Submission, at now: Timestamp) throws -> Message {
        if let question = submission.question {
            try insert(
                Message(
                    id: .random(), conversation: submission.conversation, role: .user, text: question,
                    state: .complete, createdAt: now, reply: nil), of: submission)
        }
        let reply = Message(
            id: .random(), conversation: submission.conversation, role: .assistant, text: "", state: .streaming,
            createdAt: now, reply: Message.Reply(requestID: submission.requestID, model: submission.model))
        try insert(reply, of: submission)
        try execute(
            "UPDATE conversation SET updated_at = $2, model = $3 WHERE id = $1", submission.conversation, now,
            submission.model)
        return reply
    }

    private func insert(_ message: Message, of submission: Submission) throws {
        try execute(
            """
            INSERT INTO message (id, conversation, position, role, text, search_text, state, created_at, updated_at,
                request, submit_key, model)
            VALUES ($1, $2, (SELECT COALESCE(MAX(position), 0) + 1 FROM message WHERE conversation = $2),
                $3, $4, $5, $6, $7, $7, $8, $9, $10)
            """,
            message.id, message.conversation, message.role, message.text, message.text.searchable, message.state,
            message.createdAt, submission.requestID, message.reply == nil ? nil : submission.key,
            message.reply?.model)
    }

    /// Puts a conversation back to its place in the list; one that was begun by what was withdrawn goes with it.
    fileprivate func restore(_ conversation: ConversationID) throws {
        try execute(
            """
            UPDATE conversation SET updated_at = COALESCE(
                (SELECT MAX(message.updated_at) FROM message WHERE message.conversation = conversation.id), updated_at)
            WHERE id = $1
            """, conversation)
        try execute(
            """
            DELETE FROM conversation
            WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM message WHERE message.conversation = conversation.id)
            """, conversation)
    }
}
