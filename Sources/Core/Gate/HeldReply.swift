/// How much of a reply is held while it is read.
struct HeldReply: Sendable, Hashable {
    /// Why no more could be held.
    enum End: Sendable, Hashable {
        case limit(Refusal)
        /// The ledger could not say. Without it nothing passes.
        case unknown
    }

    /// What the upstream was told: the longest that the reply may become, in tokens.
    let cap: Int64
    /// What is held so far, in tokens.
    private(set) var tokens: Int64
    /// Set where less was held than was asked for last.
    private(set) var end: End?

    init(_ allowance: Allowance) {
        cap = allowance.replyCap
        tokens = min(allowance.heldReply, allowance.replyCap)
    }

    /// Whether a reply of `taken` tokens needs more than is held. Not asked earlier: most replies are no longer than what
    /// is usual, and what they held ahead of need would be missing elsewhere.
    func isShort(at taken: Int64) -> Bool { tokens < cap && taken > tokens }

    /// How much to hold for a reply of `taken` tokens: half as much again, so that a long one asks seldom.
    func wanted(at taken: Int64) -> Int64 {
        min(cap, max(taken, tokens.addingClamped(max(Self.leastGrowth, tokens / 2))))
    }

    mutating func extend(_ extended: Extension) {
        tokens = max(tokens, min(cap, extended.heldReply))
        end = extended.refusal.map(End.limit)
    }

    mutating func fail() { end = .unknown }

    private static let leastGrowth: Int64 = 128
}
