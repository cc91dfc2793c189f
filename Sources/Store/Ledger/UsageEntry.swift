import Core

/// A row of `usage`.
struct UsageEntry {
    /// The number of the hold that it settles; negative for a correction of the row with the positive number.
    var id: Int64
    var requestID: RequestID
    var origin: Origin
    var ending: Ending
    var tariff: Tariff
    var cost: Int64
    var openedAt: Timestamp
    var endedAt: Timestamp

    var settlement: Settlement {
        Settlement(
            requestID: requestID, usage: ending.usage, cost: cost, outcome: ending.outcome, openedAt: openedAt,
            endedAt: endedAt)
    }
}

extension UsageEntry {
    init(_ row: SQLRow) throws {
        let usage = Usage(
            promptTokens: try row["prompt_tokens"], completionTokens: try row["completion_tokens"],
            cachedPromptTokens: try row["cached_prompt_tokens"], reasoningTokens: try row["reasoning_tokens"],
            source: try row["source"])
        let ending = Ending(
            usage: usage, outcome: try row["outcome"], modelServed: try row["model_served"],
            isDoubtful: try row["doubtful"])
        self.init(
            id: try row["id"], requestID: try row["request_id"], origin: try Origin(row), ending: ending,
            tariff: try Tariff(row), cost: try row["cost"], openedAt: try row["opened_at"],
            endedAt: try row["ended_at"])
    }
}

extension SQLSession {
    /// Writes the row and adds it to the sums.
    func append(_ entry: UsageEntry, requests: Int64) throws {
        try insert(entry)
        try addToSlot(entry, requests: requests)
        try addToKey(entry, requests: requests)
        try addToConversation(entry, requests: requests)
    }

    private func insert(_ entry: UsageEntry) throws {
        let path = entry.origin.path
        let usage = entry.ending.usage
        try execute(
            """
            INSERT INTO usage (id, request_id, opened_at, ended_at, organization, project, tier, person, api_key,
                               conversation, feature, model, model_asked, model_served, prompt_tokens,
                               completion_tokens, cached_prompt_tokens, reasoning_tokens, source, prompt_price,
                               completion_price, cached_prompt_price, weight_ppm, cost, outcome, doubtful,
                               cached_prompt_weight_ppm, reasoning_weight_ppm)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                    $22, $23, $24, $25, $26, $27, $28)
            """,
            entry.id, entry.requestID, entry.openedAt, entry.endedAt, path.organization, path.project, path.tier,
            path.person, path.key, entry.origin.conversation, entry.origin.feature, path.model,
            entry.origin.modelAsked, entry.ending.modelServed, usage.promptTokens, usage.completionTokens,
            usage.cachedPromptTokens, usage.reasoningTokens, usage.source, entry.tariff.promptNanodollarsPerMillion,
            entry.tariff.completionNanodollarsPerMillion, entry.tariff.cachedPromptNanodollarsPerMillion,
            entry.tariff.weightPartsPerMillion, entry.cost, entry.ending.outcome, entry.ending.isDoubtful,
            entry.tariff.cachedPromptWeightPartsPerMillion, entry.tariff.reasoningWeightPartsPerMillion)
    }

    private func addToSlot(_ entry: UsageEntry, requests: Int64) throws {
        let usage = entry.ending.usage
        let path = entry.origin.path
        try execute(
            """
            INSERT INTO usage_slot (person, slot, model, organization, \(Self.totals))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (person, slot, model) DO UPDATE SET \(Self.addingTotals(to: "usage_slot"))
            """,
            path.person, entry.openedAt.slot, path.model, path.organization, requests, usage.promptTokens,
            usage.completionTokens, usage.cachedPromptTokens, usage.reasoningTokens, entry.cost)
    }

    private func addToKey(_ entry: UsageEntry, requests: Int64) throws {
        let usage = entry.ending.usage
        let path = entry.origin.path
        guard let key = path.key else { return }
        try execute(
            """
            INSERT INTO key_usage_slot (api_key, slot, project, organization, \(Self.totals))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (organization, slot, api_key, project) DO UPDATE SET \(Self.addingTotals(to: "key_usage_slot"))
            """,
            key, entry.openedAt.slot, path.project?.rawValue ?? "", path.organization, requests, usage.promptTokens,
            usage.completionTokens, usage.cachedPromptTokens, usage.reasoningTokens, entry.cost)
    }

    private func addToConversation(_ entry: UsageEntry, requests: Int64) throws {
        guard let conversation = entry.origin.conversation else { return }
        let usage = entry.ending.usage
        try execute(
            """
            INSERT INTO conversation_usage (conversation, person, latest_at, \(Self.totals))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (conversation, person) DO UPDATE SET
                latest_at = CASE WHEN conversation_usage.latest_at > excluded.latest_at
                                 THEN conversation_usage.latest_at ELSE excluded.latest_at END,
                \(Self.addingTotals(to: "conversation_usage"))
            """,
            conversation, entry.origin.path.person, entry.openedAt, requests, usage.promptTokens,
            usage.completionTokens, usage.cachedPromptTokens, usage.reasoningTokens, entry.cost)
    }

    private static var totals: String {
        "requests, prompt_tokens, completion_tokens, cached_prompt_tokens, reasoning_tokens, cost"
    }

    private static func addingTotals(to table: String) -> String {
        """
        requests = \(table).requests + excluded.requests,
        prompt_tokens = \(table).prompt_tokens + excluded.prompt_tokens,
        completion_tokens = \(table).completion_tokens + excluded.completion_tokens,
        cached_prompt_tokens = \(table).cached_prompt_tokens + excluded.cached_prompt_tokens,
        reasoning_tokens = \(table).reasoning_tokens + excluded.reasoning_tokens,
        cost = \(table).cost + excluded.cost
        """
    }
}

extension Timestamp {
    /// The beginning of the quarter of an hour that this moment falls into.
    var slot: Int64 {
        let length = UsageSlot.milliseconds
        let remainder = milliseconds % length
        return milliseconds - (remainder < 0 ? remainder + length : remainder)
    }
}

extension Usage.Source: SQLRepresentable {}
extension Outcome: SQLRepresentable {}
