import Core
import Foundation

/// The caller's limits as they stand, for `GET /v1/balance`: the same numbers as on the pages.
struct BalanceObject: Encodable {
    struct Entry: Encodable {
        /// By which `RateLimit` names it too.
        let name: String
        let scope: String
        let meter: String
        let window: String
        let limit: Int64
        let used: Int64
        let held: Int64
        let available: Int64
        let resetsAt: String?

        enum CodingKeys: String, CodingKey {
            case name, scope, meter, window, limit, used, held, available
            case resetsAt = "resets_at"
        }

        /// Every key is there, as clients expect.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(scope, forKey: .scope)
            try container.encode(meter, forKey: .meter)
            try container.encode(window, forKey: .window)
            try container.encode(limit, forKey: .limit)
            try container.encode(used, forKey: .used)
            try container.encode(held, forKey: .held)
            try container.encode(available, forKey: .available)
            try container.encode(resetsAt, forKey: .resetsAt)
        }
    }

    let object = "balance"
    /// The token limit with the least left, by its name.
    let binding: String?
    let limits: [Entry]

    enum CodingKeys: String, CodingKey {
        case object, binding, limits
    }

    init(_ accounts: [Account]) {
        binding = accounts.binding?.policyName
        limits = accounts.filter { $0.limit.mode == .enforce }.map(Entry.init)
    }
}

extension BalanceObject.Entry {
    fileprivate init(_ account: Account) {
        self.init(
            name: account.policyName, scope: account.limit.scope.rawValue, meter: account.limit.meter.rawValue,
            window: account.limit.window.rawValue, limit: account.ceiling, used: account.spent, held: account.held,
            available: account.available, resetsAt: account.resetsAt.map { Moment($0, zone: .gmt).iso })
    }
}
