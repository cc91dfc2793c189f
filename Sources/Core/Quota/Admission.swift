/// The answer to a demand: all of its limits let it in, or none is touched.
public enum Admission: Sendable, Hashable {
    case granted(Allowance)
    case refused(Refusal)
}

/// What a request was let in with.
public struct Allowance: Sendable, Hashable {
    /// What one account has to hold for the request.
    public struct Charge: Sendable, Hashable {
        public var account: Account
        /// In the unit of the account's meter.
        public var amount: Int64

        /// The account when this charge is held too.
        var accountAfter: Account {
            var account = account
            account.held = account.held.addingClamped(amount)
            return account
        }
    }

    /// The longest reply that every limit has room for; at most what was asked.
    public var replyCap: Int64
    /// The account that made the reply shorter than asked; nil when none did.
    public var shortenedBy: Account?
    /// One charge for each account, in the order given.
    public var charges: [Charge]
    /// What limits in shadow mode would have refused.
    public var shadowed: [Refusal]
}

extension Admission {
    /// Decides whether `demand` may run on `accounts`, and how long its reply may be.
    ///
    /// A reply that does not fit whole is shortened to what the tightest account has room for; only when not even the
    /// shortest useful reply fits is the demand refused. Limits in shadow mode are charged and never stand in the way.
    ///
    /// - Precondition: `demand.isSound`.
    public static func decide(_ demand: Demand, on accounts: [Account]) -> Admission {
        precondition(demand.isSound)
        let refusals = accounts.compactMap { account in
            refusal(of: demand, by: account).map { (mode: account.limit.mode, refusal: $0) }
        }
        let enforced = refusals.filter { $0.mode == .enforce }.map(\.refusal)
        if let worst = enforced.max(by: { $0.isMilder(than: $1) }) { return .refused(worst) }
        return .granted(allowance(for: demand, on: accounts, shadowed: refusals.map(\.refusal)))
    }

    private static func refusal(of demand: Demand, by account: Account) -> Refusal? {
        let needed = demand.tariff.hold(
            account.limit.meter, prompt: demand.promptTokens, reply: demand.leastReply)
        return needed > account.available ? Refusal(account, needed: needed) : nil
    }

    private static func allowance(for demand: Demand, on accounts: [Account], shadowed: [Refusal]) -> Allowance {
        var replyCap = demand.replyCap
        var shortenedBy: Account?
        for account in accounts where account.limit.mode == .enforce {
            let longest = demand.tariff.longestReply(
                account.limit.meter, prompt: demand.promptTokens, within: account.available)
            guard longest < replyCap else { continue }
            replyCap = longest
            shortenedBy = account
        }
        let charges = accounts.map { account in
            let amount = demand.tariff.hold(account.limit.meter, prompt: demand.promptTokens, reply: replyCap)
            return Allowance.Charge(account: account, amount: amount)
        }
        return Allowance(replyCap: replyCap, shortenedBy: shortenedBy, charges: charges, shadowed: shadowed)
    }
}
