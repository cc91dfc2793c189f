/// More room for a reply that goes on beyond what was held for it.
public struct Extension: Sendable, Hashable {
    /// How much of the reply is held now.
    public var heldReply: Int64
    /// The limit that left no more; nil when all that was asked for is held.
    public var refusal: Refusal?

    public init(heldReply: Int64, refusal: Refusal? = nil) {
        self.heldReply = heldReply
        self.refusal = refusal
    }
}

/// A hold that is to grow, and where it stands.
public struct Growth: Sendable, Hashable {
    public var promptTokens: Int64
    public var heldReply: Int64
    /// How much of the reply shall be held.
    public var wanted: Int64
    public var tariff: Tariff

    public init(promptTokens: Int64, heldReply: Int64, wanted: Int64, tariff: Tariff) {
        self.promptTokens = promptTokens
        self.heldReply = heldReply
        self.wanted = wanted
        self.tariff = tariff
    }

    /// What it takes of one more account, from the reply that is held to one of `reply` tokens.
    func more(_ meter: Limit.Meter, to reply: Int64) -> Int64 {
        tariff.hold(meter, prompt: promptTokens, reply: reply)
            - tariff.hold(meter, prompt: promptTokens, reply: heldReply)
    }

    /// As much of the growth as every account has room for, maybe nothing.
    ///
    /// - Parameter accounts: those that the hold was charged to, as they stand with it.
    /// - Returns: what to add to each account and pot, and the limit that left no more.
    public func fit(on accounts: [Account], pots: [Pot]) -> (allowance: Allowance, refusal: Refusal?) {
        var reply = max(wanted, heldReply)
        var refusal: Refusal?
        for account in accounts where account.limit.mode == .enforce && account.limit.window != .perRequest {
            let meter = account.limit.meter
            let needed = more(meter, to: reply)
            guard needed > 0, needed > account.available else { continue }
            let within = account.available.addingClamped(tariff.hold(meter, prompt: promptTokens, reply: heldReply))
            reply = max(heldReply, tariff.longestReply(meter, prompt: promptTokens, within: within))
            refusal = Refusal(account, needed: needed)
        }
        var allowance = Allowance(replyCap: reply)
        allowance.take(accounts.map { max(0, more($0.limit.meter, to: reply)) }, on: accounts, pots: pots)
        return (allowance, refusal)
    }
}
