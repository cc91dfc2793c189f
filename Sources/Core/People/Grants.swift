/// Extras that raise one limit for one holder until they expire. They count for the next request.
///
/// Every method that changes something writes the audit log in the same transaction, and throws `Flaws`, `NotFound` or
/// `StoreFailure` when it changed nothing.
public protocol Grants: Sendable {
    /// Those that concern this person, running ones first, then by their end.
    func all(of person: PersonID) async throws -> [Grant]

    /// Raises the limit of the person's tier on tokens in `window`: "+50,000 this day until Monday".
    func add(_ draft: Grant.Draft, to person: PersonID, by actor: Actor) async throws -> Grant

    /// Ends a grant now.
    func revoke(_ grant: Grant.ID, by actor: Actor) async throws
}

extension Grant {
    public struct Draft: Sendable, Hashable {
        /// Which of the tier's token limits.
        public var window: Window
        public var amount: Int64
        public var reason: String
        public var expiresAt: Timestamp

        public init(window: Window, amount: Int64, reason: String, expiresAt: Timestamp) {
            self.window = window
            self.amount = amount
            self.reason = reason
            self.expiresAt = expiresAt
        }

        /// Whether the person has such a limit and when now is, only the store knows.
        public var flaws: Flaws {
            var flaws = Flaws([])
            flaws.note(amount.problem(outside: 1...1_000_000_000_000_000), about: "amount")
            flaws.note(reason.nameProblem(maxCharacters: 300), about: "reason")
            return flaws
        }
    }
}
