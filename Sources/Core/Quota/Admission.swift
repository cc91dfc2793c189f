/// The answer to a demand: all of its limits let it in, or none is touched.
public enum Admission: Sendable, Hashable {
    case granted(Allowance)
    case refused(Refusal)
    /// It may run, but not yet: others are before it. To be asked again, in a while.
    case queued(QueuePlace)
}

extension Admission {
    /// Decides whether `demand` may run on `accounts`, and how long its reply may be.
    ///
    /// A reply that does not fit whole is shortened to what the tightest account has room for; only when not even the
    /// shortest useful reply fits is the demand refused. Limits in shadow mode are charged and never stand in the way.
    ///
    /// - Parameters:
    ///   - accounts: with what `pots` add to each as `granted`.
    ///   - pots: of the grants that may be drawn on.
    /// - Precondition: `demand.isSound`.
    public static func decide(_ demand: Demand, on accounts: [Account], pots: [Pot] = []) -> Admission {
        precondition(demand.isSound)
        let refusals = accounts.compactMap { account in
            refusal(of: demand, by: account).map { (mode: account.limit.mode, refusal: $0) }
        }
        let enforced = refusals.filter { $0.mode == .enforce }.map(\.refusal)
        if let worst = enforced.max(by: { $0.isMilder(than: $1) }) { return .refused(worst) }
        return .granted(allowance(for: demand, on: accounts, pots: pots, shadowed: refusals.map(\.refusal)))
    }

    private static func refusal(of demand: Demand, by account: Account) -> Refusal? {
        let needed = demand.tariff.hold(
            account.limit.meter, prompt: demand.promptTokens, reply: demand.leastReply)
        return needed > account.available ? Refusal(account, needed: needed) : nil
    }

    private static func allowance(
        for demand: Demand, on accounts: [Account], pots: [Pot], shadowed: [Refusal]
    ) -> Allowance {
        var allowance = Allowance(replyCap: demand.replyCap, shadowed: shadowed)
        for account in accounts where account.limit.mode == .enforce {
            let longest = demand.tariff.longestReply(
                account.limit.meter, prompt: demand.promptTokens, within: account.available)
            guard longest < allowance.replyCap else { continue }
            allowance.replyCap = longest
            allowance.shortenedBy = account
        }
        let expected = max(demand.expectedReply ?? .max, demand.leastReply)
        allowance.heldReply = min(allowance.replyCap, expected)
        let amounts = accounts.map { account in
            demand.tariff.hold(account.limit.meter, prompt: demand.promptTokens, reply: allowance.heldReply)
        }
        allowance.take(amounts, on: accounts, pots: pots)
        return allowance
    }
}

extension Allowance {
    /// Spreads one amount for each account over pots and accounts.
    mutating func take(_ amounts: [Int64], on accounts: [Account], pots: [Pot]) {
        charges = zip(accounts, amounts).map { account, amount in
            let drawn = pots.draws(amount, for: account.limit)
            for draw in drawn where !draws.contains(where: { $0.pot.grant.id == draw.pot.grant.id }) {
                draws.append(draw)
            }
            return Charge(account: account, amount: amount - drawn.reduce(0) { $0 + $1.amount })
        }
    }
}
