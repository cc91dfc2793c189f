/// Why a request may not run now: the most restrictive of the limits that it did not fit, with the numbers a person
/// needs to understand it.
public struct Refusal: Error, Sendable, Hashable, Codable {
    public enum Cause: String, Sendable, Hashable, Codable {
        /// There is not enough left.
        case full
        /// The limit is nearly reached, and this request has waited for its turn in vain.
        case throttled
        /// The same, and so many wait already that there was no place.
        case crowded
    }

    public var limit: Limit.ID
    public var scope: Limit.Scope
    public var meter: Limit.Meter
    public var window: Window
    /// The only model that the limit counts; nil when it counts all.
    public var model: ModelID?
    public var cause: Cause = .full
    /// Set where not the limit itself was in the way, but the share of this priority.
    public var priority: Priority?
    /// The whole of the limit, grants included.
    public var ceiling: Int64
    public var used: Int64
    /// By other requests that still run.
    public var held: Int64
    /// What the prompt and the shortest useful reply take.
    public var needed: Int64
    public var available: Int64
    /// When the window resets. Nil when it does not: concurrency frees up as requests end.
    public var resetsAt: Timestamp?
    /// False when even an untouched limit is too small: waiting does not help.
    public var canEverFit: Bool
}

extension Refusal {
    init(_ account: Account, needed: Int64) {
        self.init(
            limit: account.limit.id, scope: account.limit.scope, meter: account.limit.meter,
            window: account.limit.window, model: account.limit.model, priority: account.share?.priority,
            ceiling: account.ceiling,
            used: account.spent, held: account.held, needed: needed,
            available: account.available, resetsAt: account.returns(needed: needed),
            canEverFit: needed <= account.ceiling)
    }

    /// Orders refusals by how long they last: those that waiting mends before those that it never does, then by the
    /// reset, then by what is left.
    func isMilder(than other: Refusal) -> Bool {
        if canEverFit != other.canEverFit { return canEverFit }
        if lastsUntil != other.lastsUntil { return lastsUntil < other.lastsUntil }
        return available > other.available
    }

    /// What the limit is called.
    public var name: Limit.Name { Limit.Name(scope: scope, meter: meter, window: window, isOfOneModel: model != nil) }

    /// Of a request that fits, and is not let in.
    public init(_ account: Account) {
        self.init(account, needed: 0)
    }

    public func because(_ cause: Cause) -> Refusal {
        var refusal = self
        refusal.cause = cause
        return refusal
    }

    /// Whether it would fit if those who hold now took nothing in the end.
    public var isOnlyForHolds: Bool { needed <= available.addingClamped(held) }

    private var lastsUntil: Int64 {
        if let resetsAt { return resetsAt.milliseconds }
        return meter == .concurrent ? .min : .max
    }
}
