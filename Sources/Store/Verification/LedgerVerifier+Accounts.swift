import Core

extension LedgerVerifier {
    func accounts() throws -> VerificationResult {
        progress(VerificationProgress(check: .accounts))
        var tally = Tally(.accounts)
        try session.forEachPieceOfAccounts { sums in try compare(sums, &tally) }
        try windows(&tally)
        return tally.result
    }

    private func compare(_ sums: AccountSums, _ tally: inout Tally) throws {
        try session.scan(
            """
            SELECT a.id, a.used, a.held, COALESCE(a.limit_id, a.grant_id), a.window_start, a.resets_at, a.refilled,
                   a.refilled_until, a.refill_remainder
              FROM account a WHERE a.id >= $1 AND a.id < $2 ORDER BY a.id
            """, sums.accounts.lowerBound, sums.accounts.upperBound
        ) { row in
            tally.count()
            let id = row.count(0)
            let stored = ChargedEntry.Amounts(held: row.count(2), used: row.count(1))
            if stored != sums[id] {
                try tally.differ(
                    try session.name(ofAccount: id), "used + held", stored: stored, expected: sums[id],
                    isReparable: true)
            }
            if case .limit(let window)? = rules[row.digest(3, key)]?.kind {
                if let flaw = flaw(of: row, window) {
                    try tally.differ(
                        try session.name(ofAccount: id), flaw.what, stored: flaw.stored, expected: flaw.expected,
                        isReparable: false)
                }
            }
        }
    }

    /// What cannot be in an account of this window.
    private func flaw(
        of row: any SQLCells, _ window: Window
    ) -> (what: String, stored: String, expected: String)? {
        let (start, end) = (row.count(4), row.number(5))
        switch window {
        case .perRequest: return ("account", "one", "none: each request by itself")
        case .bucket, .lifetime:
            if start != 0 || end != nil { return ("window", "\(start) to \(end ?? 0)", "for ever") }
        case .minute, .hour, .day, .week, .month:
            guard let end, end > start, end - start <= window.longestSeconds * 1000 else {
                return ("window", "\(start) to \(end ?? 0)", "no longer than a \(window.rawValue)")
            }
        }
        return refillFlaw(of: row, isBucket: window == .bucket)
    }

    /// A bucket never has more than it holds.
    private func refillFlaw(of row: any SQLCells, isBucket: Bool) -> (what: String, stored: String, expected: String)? {
        let (refilled, taken) = (row.count(6), row.count(1).addingClamped(row.count(2)))
        guard isBucket else { return refilled == 0 ? nil : ("flowed back", "\(refilled)", "0: no bucket") }
        if refilled < 0 || refilled > taken { return ("flowed back", "\(refilled)", "0 to \(taken)") }
        let remainder = row.count(8)
        if row.number(7) == nil || !(0..<1_000_000_000).contains(remainder) {
            return ("flow", "\(remainder) at \(row.number(7) ?? 0)", "less than a unit, at some time")
        }
        return nil
    }

    /// No two windows of one limit and holder overlap: what was used would be counted in neither or both.
    private func windows(_ tally: inout Tally) throws {
        var previous: (limit: Digest, holder: Digest, end: Int64?) = (.nothing, .nothing, nil)
        try session.scan(
            """
            SELECT limit_id, holder, window_start, resets_at, id FROM account WHERE limit_id IS NOT NULL
             ORDER BY limit_id, holder, window_start
            """
        ) { row in
            let (limit, holder) = (row.digest(0, key), row.digest(1, key))
            if limit == previous.limit, holder == previous.holder, previous.end.map({ row.count(2) < $0 }) ?? true {
                try tally.differ(
                    try session.name(ofAccount: row.count(4)), "begins", stored: row.count(2),
                    expected: previous.end.map { "\($0) or later" } ?? "never: the one before goes on for ever",
                    isReparable: false)
            }
            previous = (limit, holder, row.number(3))
        }
    }
}

extension Window {
    /// No window lasts longer, whatever clocks and calendars do to hours, days and months.
    fileprivate var longestSeconds: Int64 {
        switch self {
        case .perRequest: 0
        case .minute: 60
        case .hour: 2 * 3600
        case .day: 50 * 3600
        case .week: 9 * 86_400
        case .month: 33 * 86_400
        case .bucket, .lifetime: .max / 1000
        }
    }
}
