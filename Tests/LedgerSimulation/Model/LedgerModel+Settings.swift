import Core

/// What administrators do. Each says whether it was done.
extension LedgerModel {
    /// One that counted the same and was taken away is set again, with what it has counted.
    mutating func add(_ limit: Limit, at now: Timestamp) -> Bool {
        let alike = rules.filter { $0.limit.countsTheSame(as: limit) }
        guard alike.allSatisfy({ $0.retiredAt != nil }), (try? limit.check()) != nil else { return false }
        if let latest = alike.max(by: { $0.retiredAt! < $1.retiredAt! }) {
            set(latest.limit.id, to: limit, at: now)
        } else {
            rules.append(Rule(limit: limit))
            rules.sort { ($0.limit.scope.rank, $0.limit.id.rawValue) < ($1.limit.scope.rank, $1.limit.id.rawValue) }
        }
        return true
    }

    mutating func change(_ id: Limit.ID, to limit: Limit, at now: Timestamp) -> Bool {
        guard let before = live(id) else { return false }
        let after = before.with(limit)
        let isTaken = rules.contains { rule in
            rule.retiredAt == nil && rule.limit.id != id && rule.limit.countsTheSame(as: after)
        }
        // What a tier allows is set with the tier.
        let isOfTier = before.scope == .tier && before.isAllowance && after.mode != before.mode
        guard !isTaken, !isOfTier, (try? after.check()) != nil else { return false }
        set(id, to: limit, at: now)
        return true
    }

    mutating func retire(_ id: Limit.ID, at now: Timestamp) -> Bool {
        guard let limit = live(id), !(limit.scope == .tier && limit.isAllowance) else { return false }
        for index in rules.indices where rules[index].limit.id == id { rules[index].retiredAt = now }
        return true
    }

    mutating func revoke(_ id: Grant.ID, at now: Timestamp) -> Bool {
        guard let index = pots.firstIndex(where: { $0.grant.id == id && $0.grant.expiresAt > now }) else {
            return false
        }
        pots[index].grant.expiresAt = now
        return true
    }

    private func live(_ id: Limit.ID) -> Limit? {
        rules.first { $0.limit.id == id && $0.retiredAt == nil }?.limit
    }

    /// What has flowed back so far has done so at the rate of before.
    private mutating func set(_ id: Limit.ID, to limit: Limit, at now: Timestamp) {
        for index in accounts.indices where accounts[index].limit == id { reckon(index, at: now) }
        for index in rules.indices where rules[index].limit.id == id {
            rules[index] = Rule(limit: rules[index].limit.with(limit))
        }
    }
}

extension Limit {
    /// The same limit with what may be changed of it as it is of `other`.
    fileprivate func with(_ other: Limit) -> Limit {
        var limit = self
        limit.amount = other.amount
        limit.refill = other.refill
        limit.mode = other.mode
        limit.schedule = other.schedule
        limit.pressure = other.pressure
        return limit
    }
}

extension Limit.Scope {
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
