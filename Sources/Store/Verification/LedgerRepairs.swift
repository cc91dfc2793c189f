import Algorithms
import Core

/// Makes right what can be derived, one kind after the other: each in transactions that derive it anew, since workers go
/// on meanwhile. What has to be done is mostly found on a snapshot, which keeps nobody waiting; accounts are summed inside
/// the transaction, which does for a few seconds where there is very much usage.
struct LedgerRepairs {
    let database: any SQLDatabase
    let live: LiveCounts?
    let now: Timestamp
    let actor: Actor

    /// How many rows are found on one snapshot.
    private static let mostFound = 50_000
    /// How many rows one transaction changes.
    private static let batch = 500

    func all() async throws -> [LedgerRepair] {
        var repairs = [try await holds(), try await charges(), try await grants(), try await accounts()]
        for rollup in Rollup.all { repairs.append(try await sums(rollup)) }
        return repairs.filter { $0.rows > 0 }
    }

    // MARK: Holds

    private func holds() async throws -> LedgerRepair {
        let end = now.advanced(bySeconds: -LedgerVerifier.leakSeconds)
        let repair = try await repeating(.holds) { session in
            try session.expiredHolds(by: end).map { hold in
                let settlement = try session.settle(hold, as: hold.expiry(live), at: now)
                return "request \(hold.entry): settled with \(settlement.usage.totalTokens) tokens"
            }
        }
        try await database.dropLeftovers(of: live)
        return repair
    }

    // MARK: Charges

    private func charges() async throws -> LedgerRepair {
        var repair = LedgerRepair(part: .charges)
        var last = Int64.min
        while true {
            let found = try await database.read { [last] session in
                try LedgerVerifier(session, at: now) { _ in }.entriesToCharge(after: last, most: Self.mostFound)
            }
            guard let latest = found.last else { return repair }
            last = latest
            for entries in found.chunks(ofCount: Self.batch) {
                repair.add(
                    try await transaction(.charges) { session in try session.chargeAnew(Array(entries), at: now) })
            }
        }
    }

    // MARK: Grants and accounts

    private func grants() async throws -> LedgerRepair {
        try await transaction(.grants) { session in
            try session.rows(
                """
                INSERT INTO account (grant_id, holder, window_start, resets_at)
                SELECT g.id, g.holder, g.created_at, g.expires_at FROM quota_grant g
                 WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.grant_id = g.id)
                RETURNING grant_id
                """
            ).map { "grant \(try $0["grant_id"] as String): has an account" }
        }
    }

    private func accounts() async throws -> LedgerRepair {
        try await repeating(.accounts) { session in try session.balanceAccounts(most: Self.mostFound) }
    }

    // MARK: Sums

    private func sums(_ rollup: Rollup) async throws -> LedgerRepair {
        var repair = LedgerRepair(part: rollup.part)
        while true {
            let found = try await database.read { session in try session.rowsToSum(rollup, most: Self.mostFound) }
            for rows in found.chunks(ofCount: Self.batch) {
                repair.add(try await transaction(rollup.part) { session in try session.sumAnew(Array(rows), rollup) })
            }
            if found.count < Self.mostFound { return repair }
        }
    }

    // MARK: Transactions

    /// One transaction after the other until one finds nothing to do.
    private func repeating(
        _ part: LedgerRepair.Part, _ body: @escaping @Sendable (any SQLSession) throws -> [String]
    ) async throws -> LedgerRepair {
        var repair = LedgerRepair(part: part)
        while case let more = try await transaction(part, body), more.rows > 0 { repair.add(more) }
        return repair
    }

    /// Notes what it did, too.
    ///
    /// - Parameter body: says what it changed, a line for each row.
    private func transaction(
        _ part: LedgerRepair.Part, _ body: @escaping @Sendable (any SQLSession) throws -> [String]
    ) async throws -> LedgerRepair {
        try await database.write { session in
            var repair = LedgerRepair(part: part)
            repair.add(try body(session))
            if repair.rows > 0 {
                try AuditTrail(session: session, actor: actor, now: now)
                    .note(.ledgerRepaired, of: "ledger", named: part.rawValue, after: repair)
            }
            return repair
        }
    }
}

extension LedgerRepair {
    private static let mostExamples = 50

    fileprivate init(part: Part) { self.init(part: part, rows: 0, examples: []) }

    fileprivate mutating func add(_ lines: [String]) {
        rows += Int64(lines.count)
        examples += lines.prefix(Self.mostExamples - examples.count)
    }

    fileprivate mutating func add(_ more: LedgerRepair) {
        rows += more.rows
        examples += more.examples.prefix(Self.mostExamples - examples.count)
    }
}
