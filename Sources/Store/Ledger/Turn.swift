import Core

/// A request that asks whether it is its turn, with everything that decides it.
struct Turn {
    let request: HoldRequest
    let view: LedgerView
    let accounts: [StoredAccount]
    let now: Timestamp

    var path: QuotaPath { request.origin.path }

    /// The accounts on which requests are let in at a slower pace now, with by how much.
    var throttled: [(stored: StoredAccount, reduction: Int64)] {
        accounts.compactMap { stored in
            let account = stored.account
            guard account.limit.isGraduated, account.share == nil, account.granted == 0 else { return nil }
            return view.rules.alerts.reduction(at: account.taken, of: account.amount).map { (stored, $0) }
        }
    }
}

extension StoredAccount {
    /// How far apart requests are let in while it is throttled, in milliseconds.
    func pacedGap(reducedBy reduction: Int64) -> Int64 {
        let rest = max(1, 1_000_000 - reduction)
        return min(5000, max(50, Int64(clamping: Int128(paceMilliseconds) * 1_000_000 / Int128(rest))))
    }
}
