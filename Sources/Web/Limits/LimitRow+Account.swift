import Core
import Foundation

extension LimitRow {
    /// - Parameter models: what those are called that a limit may be of.
    init(_ account: Account, isBinding: Bool, models: [ModelID: String], zone: TimeZone, words: Words) {
        let meter = account.limit.meter
        self.init(
            name: words.name(of: account.limit, models: models), used: words.figure(account.spent, meter),
            held: words.figure(account.held, meter), left: words.figure(account.available, meter),
            amount: words.figure(account.ceiling, meter),
            resets: account.resetsAt.map { Moment($0, zone: zone) }, isBinding: isBinding,
            raised: words.raise(of: account))
    }

    /// One row for each account that may refuse, the binding one marked: tokens first, and short windows before long.
    static func rows(
        _ accounts: [Account], models: [ModelID: String] = [:], zone: TimeZone, words: Words
    ) -> [LimitRow] {
        // Of what counts whatever the model, where several models stand side by side.
        let binding = (models.isEmpty ? accounts : accounts.filter { $0.limit.model == nil }).binding
        return accounts.filter { $0.limit.mode == .enforce }.sorted {
            $0.limit.place.lexicographicallyPrecedes($1.limit.place)
        }.map {
            LimitRow($0, isBinding: $0.limit.id == binding?.limit.id, models: models, zone: zone, words: words)
        }
    }
}

extension Words {
    /// `raised from 100,000 while there is room`, for a limit that follows the organization's forecast.
    fileprivate func raise(of account: Account) -> String? {
        let limit = account.limit
        guard account.share == nil, limit.raisedAmount > limit.amount, account.amount > limit.amount else { return nil }
        return self("raised from {amount} while there is room", ["amount": figure(limit.amount, limit.meter)])
    }
}

extension Collection<Account> {
    /// The token limit with the least left: the one that the gauge shows.
    var binding: Account? {
        filter { $0.limit.mode == .enforce && $0.limit.meter == .tokens }.min { $0.available < $1.available }
    }
}

extension Limit {
    /// Where it stands in a list.
    fileprivate var place: [Int] {
        [
            Meter.allCases.firstIndex(of: meter) ?? 0, Window.allCases.firstIndex(of: window) ?? 0,
            Scope.allCases.firstIndex(of: scope) ?? 0,
        ]
    }
}
