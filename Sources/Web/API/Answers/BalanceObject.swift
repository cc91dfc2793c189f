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

    /// An extra that is used up before the limits of its scope.
    struct Grant: Encodable {
        let scope: String
        let meter: String
        let amount: Int64
        let available: Int64
        let expiresAt: String
        let reason: String

        enum CodingKeys: String, CodingKey {
            case scope, meter, amount, available, reason
            case expiresAt = "expires_at"
        }
    }

    let object = "balance"
    /// The token limit with the least left, by its name.
    let binding: String?
    let limits: [Entry]
    /// Those that run, the one that ends first before the others.
    let grants: [Grant]

    enum CodingKeys: String, CodingKey {
        case object, binding, limits, grants
    }

    init(_ accounts: [Account], _ pots: [Pot]) {
        grants = pots.map(Grant.init)
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

extension BalanceObject.Grant {
    fileprivate init(_ pot: Pot) {
        self.init(
            scope: pot.grant.holder.scope.rawValue, meter: pot.grant.meter.rawValue, amount: pot.grant.amount,
            available: pot.available, expiresAt: Moment(pot.grant.expiresAt, zone: .gmt).iso, reason: pot.grant.reason)
    }
}

extension Site {
    func balance(of caller: KeyHolder) async throws -> BalanceObject {
        let holders: [Grant.Holder?] = [
            .person(caller.person.id), caller.project.map(Grant.Holder.project),
            .organization(caller.person.organization),
        ]
        return BalanceObject(try await accounts(of: caller), try await runningGrants(of: holders.compactMap { $0 }))
    }

    /// What runs of these holders, the one that ends first before the others.
    func runningGrants(of holders: [Grant.Holder]) async throws -> [Pot] {
        let now = ports.time.now()
        var pots: [Pot] = []
        for holder in holders { pots += try await ports.grants.all(of: holder).filter { $0.grant.expiresAt > now } }
        return pots.sorted { ($0.grant.expiresAt, $0.grant.id.rawValue) < ($1.grant.expiresAt, $1.grant.id.rawValue) }
    }
}
