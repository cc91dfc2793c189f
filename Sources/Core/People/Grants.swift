/// One-off extras with an expiry. They count for the next request.
///
/// Every method that changes something writes the audit log in the same transaction, and throws `Flaws`, `NotFound` or
/// `StoreFailure` when it changed nothing.
public protocol Grants: Sendable {
    /// Those of this holder with what is left of them, running ones first, then by their end.
    func all(of holder: Grant.Holder) async throws -> [Pot]

    /// Every one that runs, the one that ends first before the others.
    func running() async throws -> [Pot]

    func add(_ draft: Grant.Draft, to holder: Grant.Holder, by actor: Actor) async throws -> Grant

    /// Ends a grant now. What requests that still run have drawn from it stays drawn.
    func revoke(_ grant: Grant.ID, by actor: Actor) async throws
}

extension Grant {
    public struct Draft: Sendable, Hashable {
        /// Tokens, requests or cost.
        public var meter: Limit.Meter
        public var amount: Int64
        public var reason: String
        public var expiresAt: Timestamp

        public init(meter: Limit.Meter = .tokens, amount: Int64, reason: String, expiresAt: Timestamp) {
            self.meter = meter
            self.amount = amount
            self.reason = reason
            self.expiresAt = expiresAt
        }

        /// Whether the holder exists and when now is, only the store knows.
        public var flaws: Flaws {
            var flaws = Flaws([])
            flaws.note(amount.problem(outside: 1...1_000_000_000_000_000), about: "amount")
            flaws.note(reason.nameProblem(maxCharacters: 300), about: "reason")
            flaws.note(meter == .concurrent ? .unknown : nil, about: "meter")
            return flaws
        }
    }
}
