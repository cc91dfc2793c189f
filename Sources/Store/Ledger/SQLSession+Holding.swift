import Core

/// Letting requests in, inside a transaction.
extension SQLSession {
    func hold(_ request: HoldRequest, at now: Timestamp) throws -> Admission {
        let path = request.origin.path
        let view = try view(of: path, asking: request.requestID, at: now)
        guard !view.isKnown else { throw LedgerFailure.duplicateRequest }
        guard !view.isKeyOver else { throw LedgerFailure.keyIsOver }
        let pots = view.hasGrants ? try pots(on: path, at: now) : []
        let accounts = try accounts(on: path, view, at: now).adding(pots)
        try rewind(accounts)
        let admission = Admission.decide(
            request.demand(expecting: view.usualReply), on: accounts.map(\.account), pots: pots)
        let turn = Turn(request: request, view: view, accounts: accounts, now: now)
        switch try inTurn(admission, turn) {
        case .granted(let allowance):
            try open(request, allowance, on: accounts, at: now)
            try noteShadowed(allowance.shadowed, turn)
            return .granted(allowance)
        case .refused(let refusal):
            try note(refusal, .enforce, turn)
            return .refused(refusal)
        case .queued(let place): return .queued(place)
        }
    }

    /// Lets buckets flow again that a clock which was ahead has counted, also where nothing is taken now.
    private func rewind(_ accounts: [StoredAccount]) throws {
        for stored in accounts {
            guard let id = stored.id, let now = stored.account.refill?.countedUntil, let then = stored.countedUntil,
                now < then
            else { continue }
            try execute("UPDATE account SET refilled_until = $2 WHERE id = $1", id, now)
        }
    }

    private func open(
        _ request: HoldRequest, _ allowance: Allowance, on accounts: [StoredAccount], at now: Timestamp
    ) throws {
        let entry = try insertHold(request, allowance, at: now)
        var charges: [(account: Int64, held: Int64)] = []
        var rows: [[SQLValue]] = []
        for (stored, charge) in zip(accounts, allowance.charges) where stored.account.limit.window != .perRequest {
            if let id = stored.id, stored.account.limit.window != .bucket {
                charges.append((id, charge.amount))
                rows.append(stored.row(id, holding: charge.amount, at: now))
            } else {
                charges.append((try take(charge.amount, from: stored, at: now), charge.amount))
            }
        }
        try execute(takings, common: [now.sqlValue], rows: rows)
        for draw in allowance.draws {
            let account = try account(of: draw.pot.grant.id)
            try execute("UPDATE account SET held = held + $2 WHERE id = $1", account, draw.amount)
            charges.append((account, draw.amount))
        }
        try insertCharges(charges, of: entry)
    }

    private func insertHold(_ request: HoldRequest, _ allowance: Allowance, at now: Timestamp) throws -> Int64 {
        let origin = request.origin
        let path = origin.path
        let tariff = request.demand.tariff
        return try onlyRow(
            """
            INSERT INTO hold (request_id, owner, opened_at, lease_until, organization, project, tier, person, api_key,
                              conversation, feature, model, model_asked, prompt_tokens, reply_cap, held_reply,
                              prompt_price, completion_price, cached_prompt_price, weight_ppm,
                              cached_prompt_weight_ppm, reasoning_weight_ppm)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
            RETURNING id
            """,
            request.requestID, request.owner, now, request.leaseUntil, path.organization, path.project, path.tier,
            path.person, path.key, origin.conversation, origin.feature, path.model, origin.modelAsked,
            request.demand.promptTokens, allowance.replyCap, allowance.heldReply, tariff.promptNanodollarsPerMillion,
            tariff.completionNanodollarsPerMillion, tariff.cachedPromptNanodollarsPerMillion,
            tariff.weightPartsPerMillion, tariff.cachedPromptWeightPartsPerMillion,
            tariff.reasoningWeightPartsPerMillion)["id"]
    }

    /// Adds to what a bucket holds, or begins a window.
    ///
    /// - Returns: the account's row.
    private func take(_ amount: Int64, from stored: StoredAccount, at now: Timestamp) throws -> Int64 {
        guard let id = stored.id else { return try begin(stored, holding: amount, at: now) }
        try take(amount, of: stored.account, at: id)
        return id
    }

    /// Adds to what an account holds, and keeps how far a bucket has flowed back: what flowed before is not for this.
    func take(_ amount: Int64, of account: Account, at id: Int64) throws {
        try execute(
            "UPDATE account SET held = $2, refilled = $3, refilled_until = $4, refill_remainder = $5 WHERE id = $1",
            id, account.held.addingClamped(amount), account.refilled, account.refill?.countedUntil,
            account.refill?.remainder ?? 0)
    }

    private func begin(_ stored: StoredAccount, holding amount: Int64, at now: Timestamp) throws -> Int64 {
        let account = stored.account
        let end = account.limit.window == .bucket ? nil : account.resetsAt
        return try onlyRow(
            """
            INSERT INTO account (limit_id, holder, window_start, resets_at, held, refilled_until, admitted_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
            """,
            account.limit.id, stored.storedHolder, account.windowStart, end, amount, account.refill?.countedUntil, now
        )["id"]
    }

    /// All in one statement: a hold has as many as its path has limits.
    func insertCharges(_ charges: [(account: Int64, held: Int64)], of entry: Int64) throws {
        guard !charges.isEmpty else { return }
        let tuples = (0..<charges.count).map { "($1, $\(2 * $0 + 2), $\(2 * $0 + 3))" }
        try execute(
            "INSERT INTO charge (entry, account, held) VALUES " + tuples.joined(separator: ", "),
            with: [entry.sqlValue] + charges.flatMap { [$0.account.sqlValue, $0.held.sqlValue] })
    }
}

/// Windows that were begun before; `$1` is now.
private let takings = SQLRowChanges(
    "account", key: "id", columns: ["held", "pace_ms"], setting: "admitted_at = $1", parameters: 1)

extension StoredAccount {
    fileprivate func row(_ id: Int64, holding amount: Int64, at now: Timestamp) -> [SQLValue] {
        [id.sqlValue, account.held.addingClamped(amount).sqlValue, pace(admittingAt: now).sqlValue]
    }
}

extension HoldRequest {
    fileprivate func demand(expecting usualReply: Int64?) -> Demand {
        var demand = demand
        if holdsWhatIsUsual, demand.expectedReply == nil { demand.expectedReply = usualReply }
        return demand
    }
}
