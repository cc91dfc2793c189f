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
    /// How much of the reply is held so far. Nothing beyond it may be taken before it was extended.
    public var heldReply: Int64
    /// The account that made the reply shorter than asked; nil when none did.
    public var shortenedBy: Account?
    /// One charge for each account, in the order given.
    public var charges: [Charge]
    /// What comes from grants instead.
    public var draws: [Draw]
    /// What limits in shadow mode would have refused.
    public var shadowed: [Refusal]
    /// By how much the reply is to be slowed down, in parts per million of its speed; nil for full speed.
    public var reduction: Int64?
    /// The account that is nearly used up, where the reply is slowed down.
    public var slowedBy: Account?

    public init(
        replyCap: Int64, heldReply: Int64? = nil, shortenedBy: Account? = nil, charges: [Charge] = [],
        draws: [Draw] = [], shadowed: [Refusal] = [], reduction: Int64? = nil,
        slowedBy: Account? = nil
    ) {
        self.replyCap = replyCap
        self.heldReply = heldReply ?? replyCap
        self.shortenedBy = shortenedBy
        self.charges = charges
        self.draws = draws
        self.shadowed = shadowed
        self.reduction = reduction
        self.slowedBy = slowedBy
    }
}
