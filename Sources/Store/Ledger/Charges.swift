import Core

/// What one request holds of one account, or has used of it: a row of `charge` beside the account that it counts on.
struct Charge {
    /// The account's row.
    let id: Int64
    let held: Int64
    let usedBefore: Int64
    /// What it will have used.
    var used: Int64
    let accountUsed: Int64
    let accountHeld: Int64
    /// The limit's account; nil for a grant.
    let account: Account?
    /// Whether it is the part of one priority.
    let isShare: Bool
    let grant: Grant?

    /// What the account comes to with it.
    var usedAfter: Int64 { accountUsed.addingClamped(used - usedBefore) }
    var heldAfter: Int64 { accountHeld - held }

    static let selection = """
        SELECT c.account, c.held AS charge_held, c.used AS charge_used, a.holder, a.window_start, a.resets_at, a.used,
               a.held, a.refilled, a.refilled_until, a.refill_remainder, a.admitted_at, a.pace_ms, a.paced_until,
               a.limit_id, COALESCE(l.id, g.id) AS id, l.scope, l.subject, l.model, COALESCE(l.meter, g.meter) AS meter,
               l.time_window, COALESCE(l.amount, g.amount) AS amount, l.refill, l.mode, l.schedule, l.pressure,
               l.elastic_ceiling, l.raised_to, g.scope AS grant_scope, g.reason, g.created_at, g.expires_at
          FROM charge c
          JOIN account a ON a.id = c.account
          LEFT JOIN quota_limit l ON l.id = a.limit_id
          LEFT JOIN quota_grant g ON g.id = a.grant_id
         WHERE c.entry = $1
        """

    init(_ row: SQLRow, _ rules: LedgerRules, at now: Timestamp) throws {
        id = try row["account"]
        held = try row["charge_held"]
        usedBefore = try row["charge_used"]
        used = usedBefore
        accountUsed = try row["used"]
        accountHeld = try row["held"]
        guard try row["limit_id"] as String? != nil else {
            account = nil
            isShare = false
            grant = try Grant(row)
            return
        }
        let limit = try Limit(row)
        let holder: String = try row["holder"]
        account = try StoredAccount(charged: row, limit, of: holder, share: nil, rules, at: now).account
        isShare = holder.contains("#")
        grant = nil
    }
}

/// All charges of one request.
struct Charges {
    private(set) var all: [Charge]

    init(_ all: [Charge]) {
        self.all = all
    }

    /// What grants gave comes first, as far as they were drawn on; the limits that they cover are charged the rest.
    mutating func settle(_ usage: Usage, by tariff: Tariff) {
        let drawn = drawn(usage, by: tariff)
        for index in all.indices {
            if let grant = all[index].grant {
                all[index].used = max(all[index].usedBefore, drawn[grant.id] ?? 0)
            } else if let limit = all[index].account?.limit {
                let spared = all.compactMap(\.grant).filter { $0.covers(limit) }.reduce(0) { $0 + (drawn[$1.id] ?? 0) }
                all[index].used = max(all[index].usedBefore, tariff.charge(limit.meter, for: usage) - spared)
            }
        }
    }

    /// What each grant has given in the end: the one that ends first gives first.
    private func drawn(_ usage: Usage, by tariff: Tariff) -> [Grant.ID: Int64] {
        var drawn: [Grant.ID: Int64] = [:]
        let pots = all.compactMap { charge in
            charge.grant.map { (grant: $0, most: max(charge.held, charge.usedBefore)) }
        }
        for pot in pots.sorted(by: {
            ($0.grant.expiresAt, $0.grant.id.rawValue) < ($1.grant.expiresAt, $1.grant.id.rawValue)
        }) {
            let alike = pots.filter { $0.grant.holder == pot.grant.holder && $0.grant.meter == pot.grant.meter }
            let given = alike.reduce(0) { $0 + (drawn[$1.grant.id] ?? 0) }
            drawn[pot.grant.id] = min(pot.most, max(0, tariff.charge(pot.grant.meter, for: usage) - given))
        }
        return drawn
    }
}
