import Core

/// Turning holds into usage, inside a transaction.
extension SQLSession {
    func settle(_ hold: HeldRequest, as ending: Ending, at now: Timestamp) throws -> Settlement {
        for charge in try charges(of: hold.entry) {
            try move(charge, to: hold.tariff.charge(charge.meter, for: ending.usage))
        }
        let entry = UsageEntry(
            id: hold.entry, requestID: hold.requestID, origin: hold.origin, ending: ending, tariff: hold.tariff,
            cost: hold.tariff.cost(of: ending.usage), openedAt: hold.openedAt, endedAt: now)
        try append(entry, requests: 1)
        try execute("DELETE FROM hold WHERE id = $1", hold.entry)
        return entry.settlement
    }

    /// The settlement that there already is. One that was made for a worker taken for gone, which then came back with
    /// more than was known of it, is corrected; that happens once.
    func settleAgain(_ request: RequestID, as ending: Ending, at now: Timestamp) throws -> Settlement {
        let entries = try rows("SELECT * FROM usage WHERE request_id = $1 ORDER BY id DESC", request)
            .map(UsageEntry.init)
        guard let first = entries.first else { throw LedgerFailure.unknownRequest }
        if let correction = entries.dropFirst().first { return first.settlement.adding(correction) }
        guard first.ending.outcome == .expired, let more = ending.usage.beyond(first.ending.usage) else {
            return first.settlement
        }
        return first.settlement.adding(try correct(first, by: more, as: ending, at: now))
    }

    private func correct(
        _ first: UsageEntry, by more: Usage, as ending: Ending, at now: Timestamp
    ) throws -> UsageEntry {
        let whole = first.ending.usage.adding(more)
        for charge in try charges(of: first.id) {
            try move(charge, to: max(charge.used, first.tariff.charge(charge.meter, for: whole)))
        }
        var correction = first
        correction.id = -first.id
        correction.ending = ending
        correction.ending.usage = more
        correction.cost = max(0, first.tariff.cost(of: whole) - first.cost)
        correction.endedAt = now
        try append(correction, requests: 0)
        return correction
    }

    // MARK: Charges

    private func charges(of entry: Int64) throws -> [Charge] {
        try rows(
            """
            SELECT c.entry, c.account, c.held, c.used, a.used AS account_used, l.meter
              FROM charge c JOIN account a ON a.id = c.account JOIN quota_limit l ON l.id = a.limit_id
             WHERE c.entry = $1
            """, entry
        ).map(Charge.init)
    }

    /// Frees what the charge holds and makes `used` what it has used.
    private func move(_ charge: Charge, to used: Int64) throws {
        try execute(
            "UPDATE account SET held = held - $2, used = $3 WHERE id = $1",
            charge.account, charge.held, charge.accountUsed.addingClamped(used - charge.used))
        try execute(
            "UPDATE charge SET held = 0, used = $3 WHERE entry = $1 AND account = $2",
            charge.entry, charge.account, used)
    }
}

/// A row of `charge`, beside the account and the meter that it counts on.
private struct Charge {
    let entry: Int64
    let account: Int64
    let held: Int64
    let used: Int64
    let accountUsed: Int64
    let meter: Limit.Meter

    init(_ row: SQLRow) throws {
        entry = try row["entry"]
        account = try row["account"]
        held = try row["held"]
        used = try row["used"]
        accountUsed = try row["account_used"]
        meter = try row["meter"]
    }
}

extension Usage {
    /// What this has more than `other`; nil when that is nothing.
    fileprivate func beyond(_ other: Usage) -> Usage? {
        let more = Usage(
            promptTokens: max(0, promptTokens - other.promptTokens),
            completionTokens: max(0, completionTokens - other.completionTokens),
            cachedPromptTokens: max(0, cachedPromptTokens - other.cachedPromptTokens),
            reasoningTokens: max(0, reasoningTokens - other.reasoningTokens), source: source)
        return more.promptTokens > 0 || more.completionTokens > 0 ? more : nil
    }

    func adding(_ other: Usage) -> Usage {
        Usage(
            promptTokens: promptTokens.addingClamped(other.promptTokens),
            completionTokens: completionTokens.addingClamped(other.completionTokens),
            cachedPromptTokens: cachedPromptTokens.addingClamped(other.cachedPromptTokens),
            reasoningTokens: reasoningTokens.addingClamped(other.reasoningTokens), source: other.source)
    }
}

extension Settlement {
    fileprivate func adding(_ correction: UsageEntry) -> Settlement {
        var settlement = self
        settlement.usage = usage.adding(correction.ending.usage)
        settlement.cost = cost.addingClamped(correction.cost)
        settlement.outcome = correction.ending.outcome
        settlement.endedAt = correction.endedAt
        return settlement
    }
}
