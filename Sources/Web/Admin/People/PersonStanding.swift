import Core

/// How somebody's limits stand, for the people and person pages. The numbers are the ledger's own.
struct PersonStanding: Sendable {
    let accounts: [Account]

    /// How close the tightest limit on tokens is, from 80 % on; nil below.
    func state(_ words: Words) -> String? {
        let tokens = accounts.filter { $0.limit.meter == .tokens && $0.limit.mode == .enforce }
        if tokens.contains(where: { $0.available == 0 }) { return words("at the limit") }
        let isNear = tokens.contains { Int128($0.ceiling - $0.available) * 100 >= Int128($0.ceiling) * 80 }
        return isNear ? words("near the limit") : nil
    }
}
