import Core

/// Opening, refreshing and voiding holds, inside a transaction.
extension SQLSession {
    /// Whether this request is held or was settled.
    func knows(_ request: RequestID) throws -> Bool {
        try row(
            "SELECT 1 FROM hold WHERE request_id = $1 UNION ALL SELECT 1 FROM usage WHERE request_id = $1", request)
            != nil
    }

    func open(_ request: HoldRequest, with allowance: Allowance, at now: Timestamp) throws {
        let entry = try insertHold(request, replyCap: allowance.replyCap, at: now)
        for charge in allowance.charges where charge.account.limit.window != .perRequest {
            let account = try take(charge.amount, from: charge.account)
            try execute(
                "INSERT INTO charge (entry, account, held) VALUES ($1, $2, $3)", entry, account, charge.amount)
        }
    }

    func heldRequest(_ request: RequestID) throws -> HeldRequest? {
        try row("SELECT * FROM hold WHERE request_id = $1", request).map(HeldRequest.init)
    }

    func expiredHolds(by moment: Timestamp) throws -> [HeldRequest] {
        try rows("SELECT * FROM hold WHERE lease_until < $1 ORDER BY id LIMIT 500", moment).map(HeldRequest.init)
    }

    /// Nil when the request is not held.
    func refresh(_ progress: HoldProgress, leaseUntil: Timestamp) throws -> HoldStanding? {
        let standing = try row(
            """
            UPDATE hold SET streamed_tokens = $2, lease_until = $3 WHERE request_id = $1
            RETURNING stop_asked, watched_until
            """,
            progress.requestID, progress.streamedTokens, leaseUntil)
        return try standing.map {
            HoldStanding(isAskedToStop: try $0["stop_asked"], watchedUntil: try $0["watched_until"])
        }
    }

    /// Undoes a hold as if it had never been.
    func void(_ hold: HeldRequest) throws {
        try execute(
            """
            UPDATE account
               SET held = held - (SELECT c.held FROM charge c WHERE c.entry = $1 AND c.account = account.id)
             WHERE id IN (SELECT c.account FROM charge c WHERE c.entry = $1)
            """, hold.entry)
        try execute("DELETE FROM charge WHERE entry = $1", hold.entry)
        try execute("DELETE FROM hold WHERE id = $1", hold.entry)
    }

    private func insertHold(_ request: HoldRequest, replyCap: Int64, at now: Timestamp) throws -> Int64 {
        let origin = request.origin
        let demand = request.demand
        return try onlyRow(
            """
            INSERT INTO hold (request_id, owner, opened_at, lease_until, organization, project, tier, person, api_key,
                              conversation, feature, model, model_asked, prompt_tokens, reply_cap,
                              prompt_price, completion_price, cached_prompt_price, weight_ppm)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            RETURNING id
            """,
            request.requestID, request.owner, now, request.leaseUntil, origin.path.organization, origin.path.project,
            origin.path.tier, origin.path.person, origin.path.key, origin.conversation, origin.feature,
            origin.path.model, origin.modelAsked, demand.promptTokens, replyCap,
            demand.tariff.promptNanodollarsPerMillion, demand.tariff.completionNanodollarsPerMillion,
            demand.tariff.cachedPromptNanodollarsPerMillion, demand.tariff.weightPartsPerMillion)["id"]
    }

    /// Creates the account with its first hold, in the same transaction: there is no moment at which it is missing.
    private func take(_ amount: Int64, from account: Account) throws -> Int64 {
        try onlyRow(
            """
            INSERT INTO account (limit_id, holder, window_start, resets_at, held) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (limit_id, holder, window_start) DO UPDATE SET held = account.held + excluded.held
            RETURNING id
            """,
            account.limit.id, account.holder, account.windowStart, account.resetsAt, amount)["id"]
    }
}
