import Core

/// Holding more for a reply that goes on, inside a transaction.
extension SQLSession {
    func extend(_ hold: HeldRequest, toReply wanted: Int64, at now: Timestamp) throws -> Extension {
        let growth = Growth(
            promptTokens: hold.promptTokens, heldReply: hold.heldReply, wanted: min(wanted, hold.replyCap),
            tariff: hold.tariff)
        guard growth.wanted > hold.heldReply else { return Extension(heldReply: hold.heldReply) }
        let pots = try pots(on: hold.origin.path, at: now)
        let accounts = try chargedAccounts(of: hold, at: now).adding(pots)
        let (allowance, refusal) = growth.fit(on: accounts.map(\.account), pots: pots)
        guard allowance.replyCap > hold.heldReply else { return Extension(heldReply: hold.heldReply, refusal: refusal) }
        for (stored, charge) in zip(accounts, allowance.charges) where charge.amount > 0 {
            guard let id = stored.id else { continue }
            try take(charge.amount, of: stored.account, at: id)
            try add(charge.amount, to: id, of: hold.entry)
        }
        for draw in allowance.draws {
            let pot = try account(of: draw.pot.grant.id)
            try execute("UPDATE account SET held = held + $2 WHERE id = $1", pot, draw.amount)
            try add(draw.amount, to: pot, of: hold.entry)
        }
        try execute("UPDATE hold SET held_reply = $2 WHERE id = $1", hold.entry, allowance.replyCap)
        return Extension(heldReply: allowance.replyCap, refusal: refusal)
    }

    /// Those that the hold was charged to, in the windows in which it was taken.
    private func chargedAccounts(of hold: HeldRequest, at now: Timestamp) throws -> [StoredAccount] {
        let rows = try rows(
            """
            SELECT \(Limit.columns), \(StoredAccount.columns), a.holder
              FROM charge c JOIN account a ON a.id = c.account JOIN quota_limit l ON l.id = a.limit_id
             WHERE c.entry = $1
             ORDER BY a.id
            """, hold.entry)
        var accounts: [StoredAccount] = []
        var shares: [(row: SQLRow, limit: Limit)] = []
        for row in rows {
            let limit = try Limit(row)
            if let holder = limit.holder(on: hold.origin.path), try row["holder"] == holder {
                accounts.append(try StoredAccount(charged: row, limit, of: holder, share: nil, hold.rules, at: now))
            } else {
                shares.append((row, limit))
            }
        }
        return accounts + (try shares.compactMap { try share(of: hold, $0.row, $0.limit, beside: accounts, at: now) })
    }

    /// The account of a priority beside that of the whole limit. Where the limit has no shares any more, it goes on
    /// counting, and bounds nothing.
    private func share(
        of hold: HeldRequest, _ row: SQLRow, _ limit: Limit, beside accounts: [StoredAccount], at now: Timestamp
    ) throws -> StoredAccount? {
        let holder: String = try row["holder"]
        guard let whole = accounts.first(where: { $0.account.limit.id == limit.id }),
            let priority = Priority.allCases.first(where: { holder.hasSuffix("#" + $0.rawValue) })
        else { return nil }
        return try StoredAccount(
            charged: row, limit, of: whole.account.holder,
            share: limit.pressure.map { whole.account.share(of: priority, $0) }, hold.rules, at: now)
    }

    private func add(_ amount: Int64, to account: Int64, of entry: Int64) throws {
        try execute(
            """
            INSERT INTO charge (entry, account, held) VALUES ($1, $2, $3)
            ON CONFLICT (entry, account) DO UPDATE SET held = charge.held + excluded.held
            """, entry, account, amount)
    }
}
