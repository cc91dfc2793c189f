import Core

extension LedgerModel {
    /// How a limit, or the share of one priority, stands for a request.
    struct Standing: Equatable {
        let limit: Limit
        let holder: String
        let priority: Priority?
        let window: WindowInterval
        /// Where it stands among the accounts; nil while nothing was counted in this window.
        let account: Int?
        /// What it is just now, and what extras add.
        let amount: Int64
        let granted: Int64
        let used: Int64
        let held: Int64
        /// What counts against it: of a bucket, less than was used.
        let taken: Int64
        /// What is left of the whole limit before the share counts.
        let spare: Int64?
        /// Of a bucket, what has yet to flow back, and from when on.
        let missing: Int128
        let flowsFrom: Timestamp

        var available: Int64 { max(0, amount + granted - taken, spare ?? 0) }

        /// Who takes no more may pass even where more was used than the limit allows.
        func isInTheWay(of more: Int64) -> Bool { limit.mode == .enforce && more > 0 && more > available }
    }

    /// A limit that does not let a request in.
    struct Obstacle: Equatable {
        let standing: Standing
        let needed: Int64

        /// Whether waiting helps.
        var canEverFit: Bool { needed <= standing.amount + standing.granted }
    }

    func obstacle(to needed: Int64, _ standing: Standing) -> Obstacle? {
        guard standing.limit.mode == .enforce, needed > standing.available else { return nil }
        return Obstacle(standing: standing, needed: needed)
    }

    /// Every limit of the path that counts now, the widest scopes first; each before the share of it.
    func standings(on path: QuotaPath, at now: Timestamp) -> [Standing] {
        let priority = path.project.flatMap { priorities[$0] } ?? .normal
        return rules.filter { $0.retiredAt == nil }.flatMap { rule -> [Standing] in
            guard let holder = rule.limit.holder(on: path) else { return [] }
            let whole = standing(of: rule.limit, holder, at: now, on: path)
            guard rule.limit.pressure?.sharesPartsPerMillion[priority] != nil else { return [whole] }
            return [whole, standing(of: rule.limit, holder, priority, beside: whole, at: now, on: path)]
        }
    }

    /// Of what a request is counted on already, in the windows in which it is.
    func standings(of request: Request, at now: Timestamp) -> [Standing] {
        let path = request.asked.origin.path
        let standing = { (index: Int, whole: Standing?) in
            self.standing(
                of: self.limit(self.accounts[index].limit), self.accounts[index].holder, self.accounts[index].priority,
                beside: whole, in: index, at: now, on: path)
        }
        let wholes = request.charges.filter { accounts[$0.index].priority == nil }.map { standing($0.index, nil) }
        let shares = request.charges.filter { accounts[$0.index].priority != nil }
        return wholes
            + shares.compactMap { share in
                // Where a limit no longer has shares, they count on, and leave no less than the whole does.
                let whole = wholes.first { $0.limit.id == accounts[share.index].limit }
                return whole.map { standing(share.index, $0) }
            }
    }

    /// - Parameters:
    ///   - whole: for a share, how the whole limit stands.
    ///   - index: of the account in which to look; nil for that of the current window.
    private func standing(
        of limit: Limit, _ holder: String, _ priority: Priority? = nil, beside whole: Standing? = nil,
        in index: Int? = nil, at now: Timestamp, on path: QuotaPath
    ) -> Standing {
        let (current, window) = index.map { ($0, accounts[$0].window) } ?? account(of: limit, holder, priority, at: now)
        let amount = amount(of: limit, at: now)
        let share = priority.flatMap { limit.pressure?.sharesPartsPerMillion[$0] } ?? 1_000_000
        let calm = (limit.pressure?.thresholdPartsPerMillion ?? 0) * amount / 1_000_000
        let extras = running(on: path, at: now).filter { pots[$0].grant.covers(limit) }
        return Standing(
            limit: limit, holder: holder, priority: priority, window: window, account: current,
            amount: share * amount / 1_000_000, granted: extras.reduce(0) { $0 + max(0, pots[$1].left) },
            used: current.map { accounts[$0].used } ?? 0, held: current.map { accounts[$0].held } ?? 0,
            taken: current.map { taken($0, at: now) } ?? 0, spare: whole.map { calm - $0.taken },
            missing: current.map { missing($0, at: now) } ?? 0,
            flowsFrom: current.map { reckonedAt($0, at: now) } ?? now)
    }

    /// The newest window that was begun, as long as it lasts; then the one of now, from where that one ended. One that
    /// begins too far ahead was begun by a clock that was wrong, and does not count yet.
    private func account(
        of limit: Limit, _ holder: String, _ priority: Priority?, at now: Timestamp
    ) -> (index: Int?, WindowInterval) {
        let soon = now.advanced(bySeconds: limit.window == .minute ? 60 : 3600)
        let begun = accounts.indices.filter { index in
            let account = accounts[index]
            return account.limit == limit.id && account.holder == holder && account.priority == priority
                && account.window.start <= soon
        }
        let newest = begun.max { accounts[$0].window.start < accounts[$1].window.start }
        let end = newest.flatMap { accounts[$0].window.end }
        if let newest, end.map({ now < $0 }) ?? true { return (newest, accounts[newest].window) }
        guard var window = calendar.interval(of: limit.window, containing: now) else {
            return (nil, WindowInterval(start: now, end: nil))
        }
        if let end { window.start = max(window.start, end) }
        return (nil, window)
    }

    private func amount(of limit: Limit, at now: Timestamp) -> Int64 {
        let amount = limit.amount(at: now, in: calendar)
        return limit.isGraduated ? amount * blockedFrom / 1_000_000 : amount
    }

    func limit(_ id: Limit.ID) -> Limit {
        guard let rule = rules.first(where: { $0.limit.id == id }) else { preconditionFailure("\(id) was never set") }
        return rule.limit
    }

    /// Of which somebody on this path may draw, in the order in which they do.
    func running(on path: QuotaPath, at now: Timestamp) -> [Int] {
        let holders = [path.organization.rawValue, path.project?.rawValue, path.person.rawValue]
        return pots.indices
            .filter { holders.contains(pots[$0].grant.holder.subject) && pots[$0].grant.expiresAt > now }
            .sorted { pots[$0].grant.endsBefore(pots[$1].grant) }
    }

    // MARK: Buckets

    func taken(_ index: Int, at now: Timestamp) -> Int64 {
        guard limit(accounts[index].limit).refill != nil else { return accounts[index].used + accounts[index].held }
        return Int64((missing(index, at: now) + 999_999_999) / 1_000_000_000)
    }

    /// Until when a bucket is reckoned then. What a clock has reckoned that was more than a minute ahead, is reckoned
    /// until now.
    func reckonedAt(_ index: Int, at now: Timestamp) -> Timestamp {
        let then = accounts[index].reckonedAt
        return then > now.advanced(bySeconds: 60) ? now : max(then, now)
    }

    func missing(_ index: Int, at now: Timestamp) -> Int128 {
        let account = accounts[index]
        guard let rate = limit(account.limit).refill, now > account.reckonedAt else { return account.missing }
        return max(0, account.missing - Int128(rate) * Int128(now.milliseconds - account.reckonedAt.milliseconds))
    }
}

// MARK: When there is room again

extension LedgerModel.Standing {
    /// When a window ends, or a bucket is full.
    var resetsAt: Timestamp? {
        guard limit.window == .bucket else { return window.end }
        return taken == 0 ? nil : flowed(to: 0)
    }

    /// When no more than `units` of a bucket will be missing.
    fileprivate func flowed(to units: Int64) -> Timestamp? {
        guard let rate = limit.refill else { return nil }
        let surplus = max(0, missing - Int128(units) * 1_000_000_000)
        let milliseconds = (surplus + Int128(rate) - 1) / Int128(rate)
        return Timestamp(milliseconds: Int64(clamping: Int128(flowsFrom.milliseconds) + milliseconds))
    }
}

extension LedgerModel.Obstacle {
    /// When there will be room by time alone; nil where that is not for the model to say: of what can never fit, and of
    /// shares of buckets.
    var returnsAt: Timestamp?? {
        guard standing.limit.window == .bucket else { return .some(standing.window.end) }
        guard canEverFit, standing.priority == nil else { return nil }
        return .some(standing.flowed(to: standing.amount + standing.granted - needed))
    }
}
