import Core

/// Turning holds into usage, inside a transaction.
extension SQLSession {
    func settle(_ hold: HeldRequest, as ending: Ending, at now: Timestamp) throws -> Settlement {
        try charge(ending.usage, to: hold.entry, hold.tariff, hold.rules, at: now)
        let entry = UsageEntry(
            id: hold.entry, requestID: hold.requestID, origin: hold.origin, ending: ending, tariff: hold.tariff,
            cost: hold.tariff.cost(of: ending.usage), openedAt: hold.openedAt, endedAt: now)
        try append(entry, requests: 1)
        try execute("DELETE FROM hold WHERE id = $1", hold.entry)
        if hold.replyCap > 0 { try noteReply(ending, to: hold) }
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
        let view = try view(of: first.origin.path, asking: nil, at: now)
        try charge(whole, to: first.id, first.tariff, view.rules, at: now)
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

    /// Frees what the request holds, and makes its charges what `usage` comes to; never less than they were.
    private func charge(
        _ usage: Usage, to entry: Int64, _ tariff: Tariff, _ rules: LedgerRules, at now: Timestamp
    ) throws {
        var charges = Charges(try rows(Charge.selection, entry).map { try Charge($0, rules, at: now) })
        charges.settle(usage, by: tariff)
        let (buckets, others) = charges.all.separated { $0.account?.limit.window == .bucket }
        try execute(
            movings, rows: others.map { [$0.id.sqlValue, $0.heldAfter.sqlValue, $0.usedAfter.sqlValue] })
        for bucket in buckets { try move(bucket) }
        try execute(
            chargings, common: [entry.sqlValue], rows: charges.all.map { [$0.id.sqlValue, $0.used.sqlValue] })
        for charge in charges.all where !charge.isShare {
            if let account = charge.account { try alert(account, using: charge.usedAfter, rules, at: now) }
        }
    }

    /// Moves a bucket: what has flowed back may not be more than what it has given.
    private func move(_ bucket: Charge) throws {
        guard let account = bucket.account else { return }
        try execute(
            """
            UPDATE account SET held = $2, used = $3, refilled = $4, refilled_until = $5, refill_remainder = $6
             WHERE id = $1
            """,
            bucket.id, bucket.heldAfter, bucket.usedAfter,
            min(account.refilled, bucket.usedAfter.addingClamped(bucket.heldAfter)), account.refill?.countedUntil,
            account.refill?.remainder ?? 0)
    }
}

private let movings = SQLRowChanges("account", key: "id", columns: ["held", "used"])
/// `$1` is the entry.
private let chargings = SQLRowChanges(
    "charge", key: "account", columns: ["used"], setting: "held = 0", condition: "entry = $1", parameters: 1)

extension Array {
    fileprivate func separated(by isFirst: (Element) -> Bool) -> (first: [Element], others: [Element]) {
        (filter(isFirst), filter { !isFirst($0) })
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
