import Core

/// Answers that may be given again, known by a hash of their questions.
struct SQLReplyCache: ReplyCache {
    let database: any SQLDatabase

    /// More than these are not kept for long.
    static let mostAnswers: Int64 = 10_000

    func answer(to question: CachedQuestion, at now: Timestamp) async throws -> CachedAnswer? {
        try await database.read { [key = question.key] session in
            try session.row(
                "SELECT * FROM cached_reply WHERE question = $1 AND expires_at > $2", key, now
            ).map { row in
                CachedAnswer(
                    text: try row["text"], modelServed: try row["model_served"], answeredAt: try row["answered_at"])
            }
        }
    }

    func keep(_ answer: CachedAnswer, to question: CachedQuestion, until expiry: Timestamp) async throws {
        try await database.write { [key = question.key] session in
            try session.execute(
                """
                INSERT INTO cached_reply (question, text, model_served, answered_at, expires_at)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (question) DO UPDATE SET text = excluded.text, model_served = excluded.model_served,
                    answered_at = excluded.answered_at, expires_at = excluded.expires_at
                """, key, answer.text, answer.modelServed, answer.answeredAt, expiry)
        }
    }

    func cleanUp(at now: Timestamp) async throws {
        try await database.write { session in
            try session.execute(
                "DELETE FROM cached_reply WHERE expires_at <= $1 OR answered_at > $2", now,
                now.advanced(bySeconds: ClockError.toleratedSeconds))
            try session.execute(
                """
                DELETE FROM cached_reply WHERE question IN
                    (SELECT question FROM cached_reply ORDER BY answered_at DESC LIMIT -1 OFFSET $1)
                """, Self.mostAnswers)
        }
    }
}

extension CachedQuestion {
    fileprivate var key: String {
        let owner =
            switch owner {
            case .person(let person): "person:\(person)"
            case .organization(let organization): "organization:\(organization)"
            }
        return "\(owner.utf8.count):\(owner)\(content)".sha256
    }
}
