/// The limits of everyone and everything, taken and set as one.
public protocol LimitPlans: Sendable {
    /// Every limit there is, but for grants, which are given once. Applied again it changes nothing.
    func current() async throws -> LimitPlan

    /// What `apply` would do, without doing it.
    ///
    /// - Throws: `LimitsFileFlaws`, `StoreFailure`.
    func preview(_ plan: LimitPlan) async throws -> [LimitPlanChange]

    /// Makes the limits of all that `plan` names what it says, in one transaction and on the audit trail. Projects and
    /// tiers that do not exist are made; a limit that is in the plan no more is retired, and what was used of one that
    /// stays remains used.
    ///
    /// - Returns: what changed, nothing where all was so already.
    /// - Throws: `LimitsFileFlaws`, `StoreFailure`; then nothing was changed.
    func apply(_ plan: LimitPlan, by actor: Actor) async throws -> [LimitPlanChange]
}

/// One thing that a plan changes, in words.
public struct LimitPlanChange: Sendable, Hashable {
    /// Whom it concerns, such as `project production`.
    public var subject: String
    /// What of it, such as `tokens a day`; empty for all of something new.
    public var what: String
    /// Nil for something new.
    public var before: String?
    /// Nil for something that is taken away.
    public var after: String?
    /// How many have already taken as much as this leaves them, and would be stopped at once.
    public var stopped: Int

    public init(subject: String, what: String, before: String?, after: String?, stopped: Int = 0) {
        self.subject = subject
        self.what = what
        self.before = before
        self.after = after
        self.stopped = stopped
    }
}

extension LimitPlanChange: CustomStringConvertible {
    /// `project production: tokens a day: 50000 → 200000`.
    public var description: String {
        let change =
            switch (before, after) {
            case (let before?, let after?): "\(before) → \(after)"
            case (nil, let after?): "new: \(after)"
            case (let before?, nil): "no more: \(before)"
            case (nil, nil): ""
            }
        let warning =
            switch stopped {
            case 0: ""
            case 1: " (one has already taken as much)"
            default: " (\(stopped) have already taken as much)"
            }
        return [subject, what, change].filter { !$0.isEmpty }.joined(separator: ": ") + warning
    }
}
