import Core

/// What was refused, and what would have been, inside a transaction.
extension SQLSession {
    func noteShadowed(_ refusals: [Refusal], _ turn: Turn) throws {
        for refusal in refusals { try note(refusal, .shadow, turn) }
    }

    /// Adds the request to what its refusals saved: the prompt, and the reply that is usual.
    func note(_ refusal: Refusal, _ mode: Limit.Mode, _ turn: Turn) throws {
        let demand = turn.request.demand
        let reply = min(demand.replyCap, turn.view.usualReply ?? demand.replyCap)
        let spared = Usage(promptTokens: demand.promptTokens, completionTokens: reply, source: .counted)
        try execute(
            """
            INSERT INTO refusal_slot (limit_id, person, model, slot, mode, organization, requests, tokens, cost)
            VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)
            ON CONFLICT (limit_id, person, model, slot, mode) DO UPDATE SET
                requests = refusal_slot.requests + 1, tokens = refusal_slot.tokens + excluded.tokens,
                cost = refusal_slot.cost + excluded.cost
            """,
            refusal.limit, turn.path.person, turn.path.model, turn.now.slot, mode, turn.path.organization,
            min(spared.totalTokens, Self.mostAtOnce), min(demand.tariff.cost(of: spared), Self.mostAtOnce))
        if mode == .enforce, let stored = turn.accounts.first(where: { $0.account.limit.id == refusal.limit }) {
            try alertOfTheEnd(of: stored, turn)
        }
    }

    /// So that no sum of them overflows.
    private static var mostAtOnce: Int64 { 1_000_000_000_000_000 }

    /// The first refusal says that the limit is at its end, though its last tokens may not fit anybody.
    private func alertOfTheEnd(of stored: StoredAccount, _ turn: Turn) throws {
        let account = stored.account
        guard account.limit.isGraduated, account.share == nil, account.amount > 0 else { return }
        let ends = turn.view.rules.alerts.filter { $0.action == .block }
        guard let rule = ends.max(by: { $0.thresholdPartsPerMillion < $1.thresholdPartsPerMillion }) else { return }
        try alert(of: rule, account, used: account.used, at: turn.now)
    }
}
