/// The tiers of the organization.
///
/// Every method that changes something writes the audit log in the same transaction, and throws `Flaws`, `NotFound` or
/// `StoreFailure` when it changed nothing. A change is felt by the next request in every worker.
public protocol Tiers: Sendable {
    /// By name, the retired ones last.
    func all() async throws -> [Tier]
    func tier(_ id: TierID) async throws -> Tier?

    func create(_ settings: Tier.Settings, by actor: Actor) async throws -> Tier
    func change(_ tier: TierID, to settings: Tier.Settings, by actor: Actor) async throws -> Tier

    /// A copy under a free name, for no people yet.
    func duplicate(_ tier: TierID, by actor: Actor) async throws -> Tier
    func setRetired(_ isRetired: Bool, _ tier: TierID, by actor: Actor) async throws

    /// What `change` would do, without doing it.
    func preview(_ tier: TierID, changedTo settings: Tier.Settings) async throws -> TierPreview
}

/// Whom a change of a tier would touch.
public struct TierPreview: Sendable, Hashable {
    /// Those in the tier who are not disabled.
    public var people: Int
    /// Those who have already taken as much as a new limit allows, and would be stopped at once.
    public var stopped: [PersonID]

    public init(people: Int, stopped: [PersonID]) {
        self.people = people
        self.stopped = stopped
    }
}
