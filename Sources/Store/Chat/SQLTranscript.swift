import Core

/// Keeps the text of replies in their conversations while the gate reads them.
struct SQLTranscript: Transcript {
    let database: any SQLDatabase
    let time: any TimeSource

    func repliesProgressed(_ replies: [ReplyProgress]) async throws {
        try await database.write { [now = time.now()] session in
            for reply in replies {
                try session.execute(
                    """
                    UPDATE message SET text = $2, updated_at = $3
                    WHERE request = $1 AND role = 'assistant' AND state = 'streaming'
                    """, reply.requestID, reply.text, now)
                try session.note(reply.room, of: reply.requestID)
                if let substitute = reply.substitute { try session.note(substitute, of: reply.requestID) }
            }
        }
    }

    func replyEnded(_ reply: ReplyRecord) async throws {
        try await database.write { [now = time.now()] session in try session.end(reply, at: now) }
    }
}

extension SQLSession {
    /// What the reply took the place of is gone for good from here on.
    fileprivate func end(_ reply: ReplyRecord, at now: Timestamp) throws {
        let found = try row(
            "SELECT conversation, text FROM message WHERE request = $1 AND role = 'assistant'", reply.requestID)
        guard let found else { return }
        let text: String = try reply.text ?? found["text"]
        try execute(
            "UPDATE message SET text = $2, search_text = $3, updated_at = $4 WHERE request = $1 AND role = 'assistant'",
            reply.requestID, text, text.searchable, now)
        try execute("DELETE FROM message WHERE superseded_by = $1", reply.requestID)
        try execute(
            "UPDATE conversation SET updated_at = $2 WHERE id = $1 AND updated_at < $2",
            try found["conversation"] as ConversationID, now)
        try note(reply.ending, of: reply.requestID)
    }

    private func note(_ ending: ReplyEnding, of request: RequestID) throws {
        let usage = ending.usage
        try execute(
            """
            UPDATE message SET state = $2, outcome = $3, finish_reason = $4, cost = $5, usage_source = $6,
                prompt_tokens = $7, completion_tokens = $8, cached_prompt_tokens = $9, reasoning_tokens = $10
            WHERE request = $1 AND role = 'assistant'
            """,
            request, Message.State(ending.outcome), ending.outcome, ending.finishReason, ending.cost, usage.source,
            usage.promptTokens, usage.completionTokens, usage.cachedPromptTokens, usage.reasoningTokens)
        if let room = ending.room { try note(room, of: request) }
        if let substitute = ending.substitute { try note(substitute, of: request) }
        if let failure = ending.failure { try note(failure, of: request) }
    }

    fileprivate func note(_ room: ReplyRoom, of request: RequestID) throws {
        try execute(
            """
            UPDATE message SET reply_cap = $2, shortened_scope = $3, shortened_meter = $4, shortened_window = $5,
                shortened_until = $6
            WHERE request = $1 AND role = 'assistant'
            """, request, room.tokens, room.limit?.scope, room.limit?.meter, room.limit?.window, room.until)
    }

    fileprivate func note(_ substitute: Substitute, of request: RequestID) throws {
        try execute(
            "UPDATE message SET substitute = $2 WHERE request = $1 AND role = 'assistant'", request,
            try StoredJSON.text(substitute))
    }

    private func note(_ failure: UpstreamFailure, of request: RequestID) throws {
        try execute(
            "UPDATE message SET failure = $2, failure_status = $3 WHERE request = $1 AND role = 'assistant'", request,
            failure.kind, failure.status)
    }

    /// Marks a reply as failed for which no request is held any more, and that has not moved for a while,
    /// or moved last at a time that is yet to come.
    ///
    /// - Returns: whether it was.
    @discardableResult
    func giveUpIfStale(_ request: RequestID, at now: Timestamp) throws -> Bool {
        let stale = try row(
            """
            SELECT text FROM message
            WHERE request = $1 AND role = 'assistant' AND state = 'streaming'
                AND (updated_at <= $2 OR updated_at > $3)
                AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.request_id = message.request)
                AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.request_id = message.request AND seen_at > $2)
            """, request, now.advanced(bySeconds: -ReplyRules.staleSeconds),
            now.advanced(bySeconds: ClockError.toleratedSeconds))
        guard let text: String = try stale?["text"] else { return false }
        try execute(
            """
            UPDATE message SET state = 'failed', outcome = 'expired', search_text = $2
            WHERE request = $1 AND role = 'assistant'
            """, request, text.searchable)
        try execute("DELETE FROM message WHERE superseded_by = $1", request)
        return true
    }
}
