import Core

extension LedgerVerifier {
    /// What an entry has taken of each account, beside what it must have.
    func compare(_ entry: ChargedEntry, _ tally: inout Tally) throws {
        tally.count(Int64(entry.charges.count))
        for charge in entry.charges {
            if charge.rule == nil {
                try differ(entry, charge, "counts", stored: "nothing", expected: "a limit or a grant", &tally)
            } else if !charge.isOfItsHolder {
                try differ(entry, charge, "counts", stored: "somebody else's", expected: "the request's", &tally)
            } else if let end = charge.resetsAt, end <= entry.openedAt, charge.rule?.kind != .grant {
                try differ(
                    entry, charge, "window", stored: "ended at \(end)", expected: "one at \(entry.openedAt)", &tally)
            }
        }
        for (charge, expected) in entry.expectations() where charge.amounts != expected {
            try tally.differ(
                try session.name(ofCharge: entry.id, on: charge.account), "used + held",
                stored: charge.amounts, expected: expected, isReparable: entry.isDerivable())
        }
        for (charge, most) in entry.excessiveGrants() {
            try differ(
                entry, charge, "given", stored: charge.amounts.description, expected: "at most \(most) in all", &tally)
        }
    }

    private func differ(
        _ entry: ChargedEntry, _ charge: ChargedEntry.Charge, _ what: String, stored: String, expected: String,
        _ tally: inout Tally
    ) throws {
        try tally.differ(
            try session.name(ofCharge: entry.id, on: charge.account), what, stored: stored, expected: expected,
            isReparable: false)
    }

    /// Charges of requests that are neither settled nor held, if not all were met with their requests.
    func withoutRequest(_ charges: Tally) throws -> Tally {
        var tally = charges
        let stored: Int64 = try session.onlyRow("SELECT COUNT(*) AS rows FROM charge")["rows"]
        guard stored != charges.result.rows else { return tally }
        try session.scan(
            """
            SELECT c.entry, c.account, c.used, c.held FROM charge c
             WHERE NOT EXISTS (SELECT 1 FROM usage u WHERE u.id = c.entry)
               AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = c.entry)
             ORDER BY c.entry, c.account
            """
        ) { row in
            tally.count()
            try tally.differ(
                try session.name(ofCharge: row.count(0), on: row.count(1)), "used + held",
                stored: "\(row.count(2)) + \(row.count(3))", expected: "a settled or running request",
                isReparable: false)
        }
        return tally
    }
}

extension ChargedEntry.Amounts: CustomStringConvertible {
    var description: String { "\(used) + \(held)" }
}

extension SQLSession {
    func name(ofEntry id: Int64) throws -> String {
        let row = try row(
            """
            SELECT request_id FROM usage WHERE id = $1 UNION ALL SELECT request_id FROM hold WHERE id = $1
            """, id)
        return "\(id < 0 ? "correction" : "request") \(id)"
            + (try row.map { " (\(try $0["request_id"] as String))" } ?? "")
    }

    func name(ofCharge entry: Int64, on account: Int64) throws -> String {
        "charge of \(try name(ofEntry: entry)) on \(try name(ofAccount: account))"
    }

    /// `account 12 (tier tokens day of 4f…, from 1767740400000)`
    func name(ofAccount id: Int64) throws -> String {
        let row = try row(
            """
            SELECT a.holder, a.window_start, l.scope, l.meter, l.time_window, g.meter AS grant_meter
              FROM account a LEFT JOIN quota_limit l ON l.id = a.limit_id LEFT JOIN quota_grant g ON g.id = a.grant_id
             WHERE a.id = $1
            """, id)
        guard let row else { return "account \(id)" }
        let limit = [try row["scope"], try row["meter"], try row["time_window"]].compactMap { $0 as String? }
        let grant = (try row["grant_meter"] as String?).map { ["grant", $0] } ?? []
        let words = (limit + grant).joined(separator: " ")
        return "account \(id) (\(words) of \(try row["holder"] as String), from \(try row["window_start"] as Int64))"
    }
}
