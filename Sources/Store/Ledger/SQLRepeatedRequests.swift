import Core

/// Requests that programs may send again, and their answers.
struct SQLRepeatedRequests: RepeatedRequests {
    let database: any SQLDatabase

    /// More answers than these are not kept for long.
    static let mostAnswers: Int64 = 1_000

    func find(
        _ key: IdempotencyKey, orBegin request: RequestID, at now: Timestamp, until expiry: Timestamp
    ) async throws -> RememberedRequest {
        try await database.write { session in
            try session.execute(
                "DELETE FROM idempotency_key WHERE api_key = $1 AND text = $2 AND expires_at <= $3", key.owner,
                key.text, now)
            try session.execute(
                """
                INSERT INTO idempotency_key (api_key, text, fingerprint, request_id, expires_at)
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT (api_key, text) DO NOTHING
                """, key.owner, key.text, key.fingerprint, request, expiry)
            let row = try session.onlyRow(
                "SELECT * FROM idempotency_key WHERE api_key = $1 AND text = $2", key.owner, key.text)
            let first: RequestID = try row["request_id"]
            let answer: String? = try row["answer"]
            return RememberedRequest(
                requestID: first, fingerprint: try row["fingerprint"], charged: try session.charged(first),
                answer: try answer.map { try StoredJSON.value(KeptAnswer.self, of: $0) })
        }
    }

    func keep(_ answer: KeptAnswer, to request: RequestID) async throws {
        try await database.write { session in
            try session.execute(
                "UPDATE idempotency_key SET answer = $2 WHERE request_id = $1", request, try StoredJSON.text(answer))
        }
    }

    func cleanUp(at now: Timestamp) async throws {
        try await database.write { session in
            try session.execute("DELETE FROM idempotency_key WHERE expires_at <= $1", now)
            try session.execute(
                """
                UPDATE idempotency_key SET answer = NULL WHERE request_id IN
                    (SELECT request_id FROM idempotency_key WHERE answer IS NOT NULL
                     ORDER BY expires_at DESC LIMIT -1 OFFSET $1)
                """, Self.mostAnswers)
        }
    }
}

extension SQLSession {
    /// What a request was charged, corrections included; nil until it is settled.
    fileprivate func charged(_ request: RequestID) throws -> Usage? {
        let row = try onlyRow(
            """
            SELECT COUNT(*) AS entries, SUM(prompt_tokens) AS prompt_tokens, SUM(completion_tokens) AS completion_tokens,
                SUM(cached_prompt_tokens) AS cached_prompt_tokens, SUM(reasoning_tokens) AS reasoning_tokens,
                MIN(source) AS source
            FROM usage WHERE request_id = $1
            """, request)
        guard try row["entries"] as Int64 > 0 else { return nil }
        return Usage(
            promptTokens: try row["prompt_tokens"], completionTokens: try row["completion_tokens"],
            cachedPromptTokens: try row["cached_prompt_tokens"], reasoningTokens: try row["reasoning_tokens"],
            source: try row["source"])
    }
}
