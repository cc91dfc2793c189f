import Core

/// What the charges of some accounts come to: as many as fit into a bounded piece of memory.
struct AccountSums {
    /// 32 MB.
    static let mostAccounts: Int64 = 2 << 20

    /// The accounts, by their numbers.
    let accounts: Range<Int64>
    private var used: [Int64]
    private var held: [Int64]

    init(accounts: Range<Int64>) {
        self.accounts = accounts
        used = Array(repeating: 0, count: accounts.count)
        held = used
    }

    mutating func add(used moreUsed: Int64, held moreHeld: Int64, to account: Int64) {
        guard accounts.contains(account) else { return }
        let index = Int(account - accounts.lowerBound)
        used[index] = used[index].addingClamped(moreUsed)
        held[index] = held[index].addingClamped(moreHeld)
    }

    subscript(account: Int64) -> ChargedEntry.Amounts {
        let index = Int(account - accounts.lowerBound)
        return ChargedEntry.Amounts(held: held[index], used: used[index])
    }
}

extension SQLSession {
    /// All accounts in pieces, each with the sums of its charges. A transaction or a snapshot has to be around it.
    func forEachPieceOfAccounts(_ body: (AccountSums) throws -> Void) throws {
        var next = Int64.min
        while let row = try row("SELECT MIN(id) AS first, MAX(id) AS last FROM account WHERE id >= $1", next),
            let first: Int64 = try row["first"], let last: Int64 = try row["last"]
        {
            let (furthest, isBeyond) = first.addingReportingOverflow(AccountSums.mostAccounts)
            let end = min(isBeyond ? .max : furthest, last == .max ? last : last + 1)
            try body(try sums(of: first..<end))
            guard end <= last else { return }
            next = end
        }
    }

    private func sums(of accounts: Range<Int64>) throws -> AccountSums {
        var sums = AccountSums(accounts: accounts)
        try scan("SELECT account, used, held FROM charge") { row in
            sums.add(used: row.count(1), held: row.count(2), to: row.count(0))
        }
        return sums
    }
}
