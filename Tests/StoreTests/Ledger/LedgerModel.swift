import Core

/// The ledger's rules as plainly as they can be said, to compare the real one with. Nothing here is fast.
struct LedgerModel {
    struct Key: Hashable {
        var limit: Limit.ID
        var holder: String
        var start: Timestamp
    }

    struct Balance: Equatable {
        var used: Int64 = 0
        var held: Int64 = 0
    }

    struct Held {
        var request: HoldRequest
        var amounts: [Key: Int64]
        var leaseUntil: Timestamp
        var streamed: Int64 = 0
    }

    /// What was charged, with the amounts it stands at on each account.
    struct Settled {
        var usage: Usage
        var amounts: [Key: Int64]
        var tariff: Tariff
        var mayBeCorrected: Bool
    }

    let calendar: WindowCalendar
    var limits: [Limit] = []
    var balances: [Key: Balance] = [:]
    var held: [RequestID: Held] = [:]
    var settled: [RequestID: Settled] = [:]

    /// The length of the reply that is let in; nil when the request is refused.
    mutating func hold(_ request: HoldRequest, at now: Timestamp) -> Int64? {
        let demand = request.demand
        let least = min(demand.minimumReply, demand.replyCap)
        for reply in stride(from: demand.replyCap, through: least, by: -1) {
            let amounts = amounts(of: request, reply: reply, at: now)
            guard amounts.allSatisfy({ fits($0.value, on: $0.key) }) else { continue }
            for (key, amount) in amounts { balances[key, default: Balance()].held += amount }
            held[request.requestID] = Held(request: request, amounts: amounts, leaseUntil: request.leaseUntil)
            return reply
        }
        return nil
    }

    mutating func settle(_ id: RequestID, _ usage: Usage, outcome: Outcome) -> Usage? {
        if let hold = held.removeValue(forKey: id) {
            let tariff = hold.request.demand.tariff
            var charged: [Key: Int64] = [:]
            for (key, amount) in hold.amounts {
                charged[key] = tariff.charge(meter(of: key), for: usage)
                balances[key]!.held -= amount
                balances[key]!.used += charged[key]!
            }
            settled[id] = Settled(
                usage: usage, amounts: charged, tariff: tariff, mayBeCorrected: outcome == .expired)
            return usage
        }
        guard var first = settled[id] else { return nil }
        let isMore =
            usage.promptTokens > first.usage.promptTokens || usage.completionTokens > first.usage.completionTokens
        guard first.mayBeCorrected, isMore else { return first.usage }
        first.usage.promptTokens = max(first.usage.promptTokens, usage.promptTokens)
        first.usage.completionTokens = max(first.usage.completionTokens, usage.completionTokens)
        first.usage.source = usage.source
        first.mayBeCorrected = false
        for (key, before) in first.amounts {
            first.amounts[key] = first.tariff.charge(meter(of: key), for: first.usage)
            balances[key]!.used += first.amounts[key]! - before
        }
        settled[id] = first
        return first.usage
    }

    mutating func release(_ id: RequestID) {
        guard let hold = held.removeValue(forKey: id) else { return }
        for (key, amount) in hold.amounts { balances[key]!.held -= amount }
    }

    mutating func reap(at now: Timestamp) -> Set<RequestID> {
        let expired = held.filter { $0.value.leaseUntil < now }
        for (id, hold) in expired {
            let usage = Usage(
                promptTokens: hold.request.demand.promptTokens, completionTokens: hold.streamed, source: .counted)
            _ = settle(id, usage, outcome: .expired)
        }
        return Set(expired.keys)
    }

    func balance(of limit: Limit, on path: QuotaPath, at now: Timestamp) -> Balance {
        balances[key(of: limit, on: path, at: now)!] ?? Balance()
    }

    private func amounts(of request: HoldRequest, reply: Int64, at now: Timestamp) -> [Key: Int64] {
        let usage = Usage(
            promptTokens: request.demand.promptTokens, completionTokens: reply, source: .counted)
        var amounts: [Key: Int64] = [:]
        for limit in limits {
            guard let key = key(of: limit, on: request.origin.path, at: now) else { continue }
            amounts[key] = limit.meter == .concurrent ? 1 : request.demand.tariff.charge(limit.meter, for: usage)
        }
        return amounts
    }

    private func fits(_ amount: Int64, on key: Key) -> Bool {
        let limit = limits.first { $0.id == key.limit }!
        let balance = balances[key] ?? Balance()
        return limit.mode == .shadow || balance.used + balance.held + amount <= limit.amount
    }

    /// The account in the window of now, or in the newest that was ever written to.
    private func key(of limit: Limit, on path: QuotaPath, at now: Timestamp) -> Key? {
        guard let holder = limit.holder(on: path),
            let start = calendar.interval(of: limit.window, containing: now)?.start
        else { return nil }
        let written = balances.keys.filter { $0.limit == limit.id && $0.holder == holder }.map(\.start)
        return Key(limit: limit.id, holder: holder, start: max(start, written.max() ?? start))
    }

    private func meter(of key: Key) -> Limit.Meter {
        limits.first { $0.id == key.limit }!.meter
    }
}
