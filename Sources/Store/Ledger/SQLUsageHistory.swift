import Core

/// The usage history over the sums that settlements keep. `from` and `to` mean whole quarters of an hour.
struct SQLUsageHistory: UsageHistory {
    let database: any SQLDatabase

    init(database: any SQLDatabase) {
        self.database = database
    }

    func total(of person: PersonID, from start: Timestamp, to end: Timestamp) async throws -> UsageTotals {
        try await database.read { session in
            try UsageTotals(
                session.onlyRow(
                    """
                    SELECT \(UsageTotals.sums) FROM usage_slot WHERE person = $1 AND slot >= $2 AND slot < $3
                    """, person, start, end))
        }
    }

    func slots(of person: PersonID, from start: Timestamp, to end: Timestamp) async throws -> [UsageSlot] {
        try await database.read { session in
            try session.rows(
                """
                SELECT * FROM usage_slot WHERE person = $1 AND slot >= $2 AND slot < $3 ORDER BY slot, model
                """, person, start, end
            ).map { UsageSlot(start: try $0["slot"], model: try $0["model"], totals: try UsageTotals($0)) }
        }
    }

    func conversations(of person: PersonID, limit: Int) async throws -> [ConversationUsage] {
        try await database.read { session in
            try session.rows(
                """
                SELECT * FROM conversation_usage WHERE person = $1 ORDER BY latest_at DESC, conversation LIMIT $2
                """, person, limit
            ).map {
                ConversationUsage(
                    conversation: try $0["conversation"], latestAt: try $0["latest_at"], totals: try UsageTotals($0))
            }
        }
    }

    func total(of conversation: ConversationID, of person: PersonID) async throws -> UsageTotals {
        try await database.read { session in
            try session.row(
                "SELECT * FROM conversation_usage WHERE conversation = $1 AND person = $2", conversation, person
            ).map(UsageTotals.init) ?? UsageTotals()
        }
    }

    func people(
        of organization: OrganizationID, from start: Timestamp, to end: Timestamp
    ) async throws -> [PersonUsage] {
        try await sums(by: "person", of: organization, from: start, to: end) {
            PersonUsage(person: try $0["person"], totals: try UsageTotals($0))
        }
    }

    func models(
        of organization: OrganizationID, from start: Timestamp, to end: Timestamp
    ) async throws -> [ModelUsage] {
        try await sums(by: "model", of: organization, from: start, to: end) {
            ModelUsage(model: try $0["model"], totals: try UsageTotals($0))
        }
    }

    func keys(of organization: OrganizationID, from start: Timestamp, to end: Timestamp) async throws -> [KeyUsage] {
        try await database.read { session in
            try session.rows(
                """
                SELECT sums.*, k.name, k.person
                  FROM (SELECT api_key, project, \(UsageTotals.sums) FROM key_usage_slot
                         WHERE organization = $1 AND slot >= $2 AND slot < $3 GROUP BY api_key, project) sums
                  JOIN api_key k ON k.id = sums.api_key
                 ORDER BY sums.prompt_tokens + sums.completion_tokens DESC, sums.api_key, sums.project
                """, organization, start, end
            ).map {
                let project: String = try $0["project"]
                return KeyUsage(
                    key: try $0["api_key"], name: try $0["name"], person: try $0["person"],
                    project: project.isEmpty ? nil : ProjectID(rawValue: project), totals: try UsageTotals($0))
            }
        }
    }

    func refusals(
        of organization: OrganizationID, _ mode: Limit.Mode, from start: Timestamp, to end: Timestamp
    ) async throws -> [RefusedUsage] {
        try await database.read { session in
            try session.rows(
                """
                SELECT limit_id, SUM(requests) AS requests, SUM(tokens) AS tokens, SUM(cost) AS cost FROM refusal_slot
                 WHERE organization = $1 AND slot >= $2 AND slot < $3 AND mode = $4
                 GROUP BY limit_id ORDER BY SUM(tokens) DESC, limit_id
                """, organization, start, end, mode
            ).map {
                RefusedUsage(
                    limit: try $0["limit_id"], requests: try $0["requests"], tokens: try $0["tokens"],
                    cost: try $0["cost"])
            }
        }
    }

    private func sums<Sum: Sendable>(
        by column: String, of organization: OrganizationID, from start: Timestamp, to end: Timestamp,
        _ decode: @escaping @Sendable (SQLRow) throws -> Sum
    ) async throws -> [Sum] {
        try await database.read { session in
            try session.rows(
                """
                SELECT \(column), \(UsageTotals.sums) FROM usage_slot
                 WHERE organization = $1 AND slot >= $2 AND slot < $3
                 GROUP BY \(column) ORDER BY SUM(prompt_tokens + completion_tokens) DESC, \(column)
                """, organization, start, end
            ).map(decode)
        }
    }
}

extension UsageTotals {
    static let sums = """
        COALESCE(SUM(requests), 0) AS requests,
        COALESCE(SUM(prompt_tokens), 0) AS prompt_tokens,
        COALESCE(SUM(completion_tokens), 0) AS completion_tokens,
        COALESCE(SUM(cached_prompt_tokens), 0) AS cached_prompt_tokens,
        COALESCE(SUM(reasoning_tokens), 0) AS reasoning_tokens,
        COALESCE(SUM(cost), 0) AS cost
        """

    init(_ row: SQLRow) throws {
        self.init(
            requests: try row["requests"], promptTokens: try row["prompt_tokens"],
            completionTokens: try row["completion_tokens"], cachedPromptTokens: try row["cached_prompt_tokens"],
            reasoningTokens: try row["reasoning_tokens"], cost: try row["cost"])
    }
}
