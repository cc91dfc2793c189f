import Core

extension LedgerVerifier {
    /// Requests after this one whose charges are not what they must be and can be derived: the first of them, in order.
    func entriesToCharge(after last: Int64, most: Int) throws -> [Int64] {
        var found: [Int64] = []
        try scanSettled(where: "e.id > $1", last) { entry in
            if found.count < most, !entry.reparableCharges.isEmpty { found.append(entry.id) }
        }
        try scanHeld(where: "e.id > $1", last) { entry in
            if !entry.reparableCharges.isEmpty { found.append(entry.id) }
        }
        return Array(found.sorted().prefix(most))
    }
}

extension ChargedEntry {
    fileprivate var reparableCharges: [(charge: Charge, expected: Amounts)] {
        guard isDerivable() else { return [] }
        return expectations().filter { $0.charge.amounts != $0.expected }
    }
}

/// Each says what it changed, a line for each row.
extension SQLSession {
    /// Derives the charges of these requests, and moves their accounts by as much.
    func chargeAnew(_ entries: [Int64], at now: Timestamp) throws -> [String] {
        let verifier = try LedgerVerifier(self, at: now) { _ in }
        var found: [ChargedEntry] = []
        for entry in entries {
            try verifier.scanSettled(where: "e.id = $1", entry) { found.append($0) }
            try verifier.scanHeld(where: "e.id = $1", entry) { found.append($0) }
        }
        return try found.flatMap { entry in
            try entry.reparableCharges.map { charge, expected in
                try set(charge, of: entry.id, to: expected)
                return "\(try name(ofCharge: entry.id, on: charge.account)): \(charge.amounts) → \(expected)"
            }
        }
    }

    /// An account that is wrong itself stays so by as much, as far as it can: it is balanced afterwards.
    private func set(_ charge: ChargedEntry.Charge, of entry: Int64, to expected: ChargedEntry.Amounts) throws {
        try execute(
            "UPDATE charge SET held = $3, used = $4 WHERE entry = $1 AND account = $2", entry, charge.account,
            expected.held, expected.used)
        let row = try onlyRow("SELECT used, held FROM account WHERE id = $1", charge.account)
        let stored = ChargedEntry.Amounts(held: try row["held"], used: try row["used"])
        let moved = ChargedEntry.Amounts(
            held: max(0, stored.held.addingClamped(expected.held).subtractingClamped(charge.amounts.held)),
            used: max(0, stored.used.addingClamped(expected.used).subtractingClamped(charge.amounts.used)))
        try set(account: charge.account, to: moved)
    }

    /// Makes accounts what their charges come to.
    func balanceAccounts(most: Int) throws -> [String] {
        var wrong: [(account: Int64, stored: ChargedEntry.Amounts, expected: ChargedEntry.Amounts)] = []
        try forEachPieceOfAccounts { sums in
            try scan(
                "SELECT id, used, held FROM account WHERE id >= $1 AND id < $2 ORDER BY id", sums.accounts.lowerBound,
                sums.accounts.upperBound
            ) { row in
                let stored = ChargedEntry.Amounts(held: row.count(2), used: row.count(1))
                guard wrong.count < most, stored != sums[row.count(0)] else { return }
                wrong.append((row.count(0), stored, sums[row.count(0)]))
            }
        }
        return try wrong.map { account, stored, expected in
            try set(account: account, to: expected)
            return "\(try name(ofAccount: account)): \(stored) → \(expected)"
        }
    }

    /// A bucket has not got back more than it has given.
    private func set(account: Int64, to amounts: ChargedEntry.Amounts) throws {
        try execute(
            """
            UPDATE account
               SET used = $2, held = $3, refilled = CASE WHEN refilled > $4 THEN $4 ELSE refilled END
             WHERE id = $1
            """, account, amounts.used, amounts.held, amounts.used.addingClamped(amounts.held))
    }

    /// The keys of rows that are not the sums of their usage: the first of them.
    func rowsToSum(_ rollup: Rollup, most: Int) throws -> [[SQLValue]] {
        var found: [[SQLValue]] = []
        try scan(rollup.differences) { row in
            guard found.count < most else { return }
            found.append(rollup.keys.indices.map { row.number($0)?.sqlValue ?? row.text($0).sqlValue })
        }
        return found
    }

    func sumAnew(_ rows: [[SQLValue]], _ rollup: Rollup) throws -> [String] {
        guard !rows.isEmpty else { return [] }
        let keys = Array(rows.joined())
        try execute(rollup.removal(of: rows.count), with: keys)
        try execute(rollup.insertion(of: rows.count), with: keys)
        return rows.map { "\(rollup.table) of \($0.map(\.words).joined(separator: ", ")): summed anew" }
    }
}

extension SQLValue {
    fileprivate var words: String {
        switch self {
        case .null: ""
        case .integer(let number): "\(number)"
        case .text(let text): text
        }
    }
}
