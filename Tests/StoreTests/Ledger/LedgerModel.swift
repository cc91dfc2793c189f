import Core

/// The ledger's rules as plainly as they can be said, to compare the real one with. Nothing here is fast.
struct LedgerModel {
    struct Key: Hashable {
        var limit: Limit.ID
        var holder: String
        /// Whose share of the limit; nil for the limit itself.
        var priority: Priority?
        var start: Timestamp
    }

    struct Balance: Equatable {
        var used: Int64 = 0
        var held: Int64 = 0
        /// What is missing in a bucket, in thousand-millionths of a unit, and until when that was reckoned.
        var missing: Int128 = 0
        var reckonedAt: Timestamp?
    }

    struct PotBalance: Equatable {
        var used: Int64 = 0
        var held: Int64 = 0
    }

    /// What is held: of each account, and of each grant.
    struct Amounts: Equatable {
        var accounts: [Key: Int64] = [:]
        var pots: [Grant.ID: Int64] = [:]
    }

    struct Held {
        /// Counts up.
        var number: Int
        var request: HoldRequest
        var replyCap: Int64
        var reply: Int64
        var amounts: Amounts
        var leaseUntil: Timestamp
        var streamed: Int64 = 0
    }

    struct Settled {
        var usage: Usage
        var amounts: Amounts
        var tariff: Tariff
        var mayBeCorrected: Bool
    }

    let calendar: WindowCalendar
    var priorities: [ProjectID: Priority] = [:]
    var limits: [Limit] = []
    var grants: [Grant] = []
    var balances: [Key: Balance] = [:]
    var pots: [Grant.ID: PotBalance] = [:]
    var held: [RequestID: Held] = [:]
    var settled: [RequestID: Settled] = [:]
    private var number = 0

    init(calendar: WindowCalendar) {
        self.calendar = calendar
    }
}

// MARK: What can be done

extension LedgerModel {
    /// The longest reply that is let in, and how much of it is held; nil when the request is refused.
    mutating func hold(_ request: HoldRequest, at now: Timestamp) -> [Int64]? {
        let demand = request.demand
        let least = min(demand.minimumReply, demand.replyCap)
        for key in keys(on: request.origin.path, at: now) where limit(key).refill != nil { rewind(key, at: now) }
        guard
            let cap = stride(from: demand.replyCap, through: least, by: -1).first(where: { reply in
                fits(hold: demand, reply, on: request.origin.path, at: now)
            })
        else { return nil }
        let reply = min(cap, max(demand.expectedReply ?? cap, least))
        let amounts = amounts(request.origin.path, at: now) { Self.dearest($0, demand, reply) }
        add(amounts, at: now)
        number += 1
        held[request.requestID] = Held(
            number: number, request: request, replyCap: cap, reply: reply, amounts: amounts,
            leaseUntil: request.leaseUntil)
        return [cap, reply]
    }

    /// What stands in the way of the shortest reply, for who reads of a difference.
    func obstacles(to request: HoldRequest, at now: Timestamp) -> [String] {
        let demand = request.demand
        let path = request.origin.path
        let keys = keys(on: path, at: now)
        return keys.compactMap { key in
            let needed = Self.dearest(limit(key), demand, min(demand.minimumReply, demand.replyCap))
            let room = room(key, among: keys, at: now, of: path)
            let standing = balances[key].map { "\($0)" } ?? "untouched"
            return needed > room ? "\(limit(key)) \(key): \(needed) > \(room), \(standing)" : nil
        }
    }

    /// How much of the reply is held then; nil when nothing is.
    mutating func extend(_ id: RequestID, to wanted: Int64, at now: Timestamp) -> Int64? {
        guard var hold = held[id] else { return nil }
        let demand = hold.request.demand
        let path = hold.request.origin.path
        for reply in stride(from: min(wanted, hold.replyCap), to: hold.reply, by: -1) {
            let more = { (limit: Limit) in
                Self.dearest(limit, demand, reply) - Self.dearest(limit, demand, hold.reply)
            }
            let isRoom = hold.amounts.accounts.keys.allSatisfy { key in
                let limit = limit(key)
                return limit.mode == .shadow || more(limit) <= 0
                    || room(key, among: Array(hold.amounts.accounts.keys), at: now, of: path) >= more(limit)
            }
            guard isRoom else { continue }
            var extra = amounts(of: Array(hold.amounts.accounts.keys), path, at: now, more)
            // Accounts of which nothing more is held are left as they are.
            extra.accounts = extra.accounts.filter { $0.value > 0 }
            add(extra, at: now)
            hold.amounts.accounts.merge(extra.accounts) { $0 + $1 }
            hold.amounts.pots.merge(extra.pots) { $0 + $1 }
            hold.reply = reply
            break
        }
        held[id] = hold
        return hold.reply
    }

    mutating func settle(_ id: RequestID, _ usage: Usage, outcome: Outcome, at now: Timestamp) -> Usage? {
        if let hold = held.removeValue(forKey: id) {
            let tariff = hold.request.demand.tariff
            let charged = charge(usage, tariff, over: hold.amounts)
            move(from: hold.amounts, to: charged, at: now)
            settled[id] = Settled(usage: usage, amounts: charged, tariff: tariff, mayBeCorrected: outcome == .expired)
            return usage
        }
        guard var first = settled[id] else { return nil }
        let isMore =
            usage.promptTokens > first.usage.promptTokens || usage.completionTokens > first.usage.completionTokens
        guard first.mayBeCorrected, isMore else { return first.usage }
        first.usage.promptTokens = max(first.usage.promptTokens, usage.promptTokens)
        first.usage.completionTokens = max(first.usage.completionTokens, usage.completionTokens)
        first.usage.cachedPromptTokens = max(first.usage.cachedPromptTokens, usage.cachedPromptTokens)
        first.usage.reasoningTokens = max(first.usage.reasoningTokens, usage.reasoningTokens)
        first.usage.source = usage.source
        first.mayBeCorrected = false
        let charged = charge(first.usage, first.tariff, over: first.amounts)
        for (key, amount) in charged.accounts {
            let before = first.amounts.accounts[key]!
            reckon(key, at: now)
            balances[key]!.used += max(0, amount - before)
            drain(key, by: max(0, amount - before))
            first.amounts.accounts[key] = max(before, amount)
        }
        settled[id] = first
        return first.usage
    }

    /// Nothing is reckoned then: what flowed back before or after comes to the same.
    mutating func release(_ id: RequestID) {
        guard let hold = held.removeValue(forKey: id) else { return }
        for (key, amount) in hold.amounts.accounts {
            balances[key]!.held -= amount
            drain(key, by: -amount)
        }
        for (grant, amount) in hold.amounts.pots { pots[grant]!.held -= amount }
    }

    mutating func reap(at now: Timestamp) -> Set<RequestID> {
        let expired = held.filter { $0.value.leaseUntil < now }
        // As the ledger does: the one that was held first comes first, which matters to a bucket that is full.
        for (id, hold) in expired.sorted(by: { $0.value.number < $1.value.number }) {
            let usage = Usage(
                promptTokens: hold.request.demand.promptTokens, completionTokens: hold.streamed, source: .counted)
            _ = settle(id, usage, outcome: .expired, at: now)
        }
        return Set(expired.keys)
    }

    /// What is used, held, and may still be taken.
    func standing(of limit: Limit, _ priority: Priority?, on path: QuotaPath, at now: Timestamp) -> [Int64] {
        let key = key(of: limit, priority, on: path, at: now)!
        let balance = balances[key] ?? Balance()
        return [balance.used, balance.held, max(0, room(key, among: keys(on: path, at: now), at: now, of: path))]
    }
}

// MARK: How much is that?

extension LedgerModel {
    /// As if all of a request were of the dearest kind.
    private static func dearest(_ limit: Limit, _ demand: Demand, _ reply: Int64) -> Int64 {
        if limit.meter == .concurrent { return 1 }
        return [0, demand.promptTokens].flatMap { cached in
            [0, reply].map { reasoning in
                demand.tariff.charge(
                    limit.meter,
                    for: Usage(
                        promptTokens: demand.promptTokens, completionTokens: reply, cachedPromptTokens: cached,
                        reasoningTokens: reasoning, source: .counted))
            }
        }.max()!
    }

    private func fits(hold demand: Demand, _ reply: Int64, on path: QuotaPath, at now: Timestamp) -> Bool {
        let keys = keys(on: path, at: now)
        return keys.allSatisfy { key in
            let limit = limit(key)
            let needed = Self.dearest(limit, demand, reply)
            if limit.mode == .shadow { return true }
            if limit.window == .perRequest { return needed <= limit.amount }
            // Who takes nothing of a limit may pass even where more was used than it allows.
            return needed <= max(0, room(key, among: keys, at: now, of: path))
        }
    }

    /// What an account has left, with the extras of its holder; maybe less than nothing.
    ///
    /// - Parameter keys: all that the request is counted on.
    private func room(_ key: Key, among keys: [Key], at now: Timestamp, of path: QuotaPath) -> Int64 {
        let limit = limit(key)
        let whole = limit.amount(at: now, in: calendar)
        let extra = runningGrants(on: path, at: now).filter { $0.covers(limit) }.reduce(0) { $0 + left($1) }
        guard let priority = key.priority, let pressure = limit.pressure else {
            return whole + extra - taken(key, at: now)
        }
        let share = whole * pressure.sharesPartsPerMillion[priority]! / 1_000_000
        let calm = whole * pressure.thresholdPartsPerMillion / 1_000_000
        let all = keys.first { $0.limit == key.limit && $0.priority == nil }!
        return max(share + extra - taken(key, at: now), calm - taken(all, at: now))
    }

    private func taken(_ key: Key, at now: Timestamp) -> Int64 {
        guard let balance = balances[key] else { return 0 }
        guard let rate = limit(key).refill else { return balance.used + balance.held }
        return Int64((Self.missing(balance, rate, at: now) + 999_999_999) / 1_000_000_000)
    }

    private static func missing(_ balance: Balance, _ rate: Int64, at now: Timestamp) -> Int128 {
        guard let then = balance.reckonedAt, now > then else { return balance.missing }
        return max(0, balance.missing - Int128(rate) * Int128(now.milliseconds - then.milliseconds))
    }

    private func left(_ grant: Grant) -> Int64 {
        let pot = pots[grant.id] ?? PotBalance()
        return grant.amount - pot.used - pot.held
    }

    private func runningGrants(on path: QuotaPath, at now: Timestamp) -> [Grant] {
        let holders = [path.organization.rawValue, path.project?.rawValue, path.person.rawValue]
        return grants.filter { holders.contains($0.holder.subject) && $0.expiresAt > now }
            .sorted { ($0.expiresAt, $0.id.rawValue) < ($1.expiresAt, $1.id.rawValue) }
    }
}

// MARK: Moving it

extension LedgerModel {
    private func amounts(_ path: QuotaPath, at now: Timestamp, _ amount: (Limit) -> Int64) -> Amounts {
        amounts(of: keys(on: path, at: now).filter { limit($0).window != .perRequest }, path, at: now, amount)
    }

    /// Extras first; they spare all limits that they cover.
    private func amounts(
        of keys: [Key], _ path: QuotaPath, at now: Timestamp, _ amount: (Limit) -> Int64
    ) -> Amounts {
        var amounts = Amounts()
        for key in keys {
            var missing = max(0, amount(limit(key)))
            for grant in runningGrants(on: path, at: now) where grant.covers(limit(key)) {
                let part = min(missing, left(grant))
                if part > 0 { amounts.pots[grant.id] = part }
                missing -= part
            }
            amounts.accounts[key] = missing
        }
        return amounts
    }

    private func charge(_ usage: Usage, _ tariff: Tariff, over amounts: Amounts) -> Amounts {
        var charged = Amounts()
        let drawn = grants.filter { amounts.pots[$0.id] != nil }
            .sorted { ($0.expiresAt, $0.id.rawValue) < ($1.expiresAt, $1.id.rawValue) }
        for grant in drawn {
            let before = drawn.filter { $0.holder == grant.holder && $0.meter == grant.meter }
                .reduce(0) { $0 + (charged.pots[$1.id] ?? 0) }
            charged.pots[grant.id] = min(amounts.pots[grant.id]!, tariff.charge(grant.meter, for: usage) - before)
        }
        for key in amounts.accounts.keys {
            let spared = drawn.filter { $0.covers(limit(key)) }.reduce(0) { $0 + charged.pots[$1.id]! }
            charged.accounts[key] = max(0, tariff.charge(limit(key).meter, for: usage) - spared)
        }
        return charged
    }

    private mutating func add(_ amounts: Amounts, at now: Timestamp) {
        for (key, amount) in amounts.accounts {
            reckon(key, at: now)
            balances[key]!.held += amount
            drain(key, by: amount)
        }
        for (grant, amount) in amounts.pots { pots[grant, default: PotBalance()].held += amount }
    }

    private mutating func move(from before: Amounts, to after: Amounts, at now: Timestamp) {
        for (key, amount) in before.accounts {
            reckon(key, at: now)
            let used = after.accounts[key]!
            balances[key]!.held -= amount
            balances[key]!.used += used
            drain(key, by: used - amount)
        }
        for (grant, amount) in before.pots {
            pots[grant]!.held -= amount
            pots[grant]!.used += after.pots[grant]!
        }
    }

    private mutating func reckon(_ key: Key, at now: Timestamp) {
        rewind(key, at: now)
        var balance = balances[key] ?? Balance()
        if let rate = limit(key).refill {
            balance.missing = Self.missing(balance, rate, at: now)
            balance.reckonedAt = max(balance.reckonedAt ?? now, now)
        }
        balances[key] = balance
    }

    /// A clock that was more than a minute ahead has counted what nobody can wait for.
    private mutating func rewind(_ key: Key, at now: Timestamp) {
        guard let then = balances[key]?.reckonedAt, then > now.advanced(bySeconds: 60) else { return }
        balances[key]!.reckonedAt = now
    }

    private mutating func drain(_ key: Key, by amount: Int64) {
        balances[key]!.missing = max(0, balances[key]!.missing + Int128(amount) * 1_000_000_000)
    }
}

// MARK: Which accounts are that?

extension LedgerModel {
    private func keys(on path: QuotaPath, at now: Timestamp) -> [Key] {
        limits.flatMap { limit in
            let priority = path.project.flatMap { priorities[$0] } ?? .normal
            let hasShare = limit.pressure?.sharesPartsPerMillion[priority] != nil
            return [key(of: limit, nil, on: path, at: now)]
                + (hasShare ? [key(of: limit, priority, on: path, at: now)] : [])
        }.compactMap { $0 }
    }

    /// The account in the newest window that was written to and begins no later than soon, as long as that lasts, else
    /// in the window of now.
    private func key(of limit: Limit, _ priority: Priority?, on path: QuotaPath, at now: Timestamp) -> Key? {
        guard let holder = limit.holder(on: path) else { return nil }
        guard let start = calendar.interval(of: limit.window, containing: now)?.start else {
            return Key(limit: limit.id, holder: holder, start: now)
        }
        let soon = now.advanced(bySeconds: limit.window == .minute ? 60 : 3600)
        let written = balances.keys
            .filter { $0.limit == limit.id && $0.holder == holder && $0.priority == priority && $0.start <= soon }
            .map(\.start)
        return Key(limit: limit.id, holder: holder, priority: priority, start: max(start, written.max() ?? start))
    }

    private func limit(_ key: Key) -> Limit {
        limits.first { $0.id == key.limit }!
    }
}
