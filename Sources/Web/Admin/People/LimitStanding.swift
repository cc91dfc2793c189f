import Core
import Foundation

/// How somebody's limits stand, for the people and person pages. The numbers are the ledger's own.
struct LimitStanding: Sendable {
    let accounts: [Account]

    /// The limit on tokens with the least left: the one that will stop the next prompts first.
    var binding: Account? {
        accounts.filter { $0.limit.meter == .tokens && $0.limit.mode == .enforce }
            .min { ($0.available, $0.ceiling) < ($1.available, $1.ceiling) }
    }

    /// How close the tightest limit on tokens is, from 80 % on; nil below.
    func state(_ words: Words) -> String? {
        let tokens = accounts.filter { $0.limit.meter == .tokens && $0.limit.mode == .enforce }
        if tokens.contains(where: { $0.available == 0 }) { return words("at the limit") }
        let isNear = tokens.contains { Int128($0.ceiling - $0.available) * 100 >= Int128($0.ceiling) * 80 }
        return isNear ? words("near the limit") : nil
    }

    func rows(in zone: TimeZone, _ words: Words) -> [LimitRow] {
        let binding = binding?.limit.id
        return accounts.map { account in
            let meter = account.limit.meter
            return LimitRow(
                name: words.name(of: account.limit), used: words.amount(account.used, of: meter),
                held: words.amount(account.held, of: meter), left: words.amount(account.available, of: meter),
                amount: words.amount(account.ceiling, of: meter),
                resets: account.resetsAt.map { Moment($0, zone: zone) }, isBinding: account.limit.id == binding)
        }
    }
}
