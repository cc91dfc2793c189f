/// The limits of the organization, of every scope. A change is felt by the next request in every worker.
///
/// Every method that changes something writes the audit log in the same transaction, and throws `Flaws`, `NotFound` or
/// `StoreFailure` when it changed nothing.
public protocol Limits: Sendable {
    /// Those that count, from the widest scope to the narrowest, then by whom they concern. Limits of revoked keys are
    /// left out: nothing is asked with them.
    func all() async throws -> [ListedLimit]

    /// Whether it counts or was taken away.
    func limit(_ id: Limit.ID) async throws -> ListedLimit?

    /// How each limit that counts stands now.
    ///
    /// - Parameter most: how many holders are told of, where each person has the limit for themselves.
    func standings(most: Int) async throws -> [Limit.ID: LimitStanding]

    /// What `create`, or `change` where there is such a limit already, would do, without doing it.
    func preview(_ limit: Limit) async throws -> LimitPreview

    /// Makes a new limit. One that counted the same before and was taken away is set again instead: it keeps its
    /// identifier, and what was used of it in a window that still runs stays used.
    ///
    /// - Throws: `Flaws` about `limit` with the problem `.taken` when another one counts the same.
    func create(_ limit: Limit, by actor: Actor) async throws -> Limit

    /// Changes how much may be taken, and when. What the limit counts stays as it is: its scope, subject, model, meter
    /// and window are not looked at.
    func change(_ limit: Limit, by actor: Actor) async throws -> Limit

    /// Takes a limit away. What was counted stays provable.
    func retire(_ limit: Limit.ID, by actor: Actor) async throws

    /// The live key whose secret begins so; nil where there is none, or several.
    func key(beginning: String) async throws -> APIKeyID?
}

/// A limit with what its identifiers stand for.
public struct ListedLimit: Sendable, Hashable {
    public var limit: Limit
    /// What the limit's subject is called; of a person and of a key with the address.
    public var subjectName: String
    public var modelName: String?
    /// Whether it is one of the limits that `Tier.Allowance` names, and is set with the tier or the key.
    public var isAllowance: Bool
    /// Nil while it counts.
    public var retiredAt: Timestamp?

    public init(
        limit: Limit, subjectName: String, modelName: String? = nil, isAllowance: Bool = false,
        retiredAt: Timestamp? = nil
    ) {
        self.limit = limit
        self.subjectName = subjectName
        self.modelName = modelName
        self.isAllowance = isAllowance
        self.retiredAt = retiredAt
    }
}

/// How a limit stands in the windows that run now.
public struct LimitStanding: Sendable, Hashable {
    /// The accounts with the least left, the fullest first; none where nothing was taken yet.
    public var fullest: [Account]
    /// How many holders have taken anything.
    public var holders: Int

    public init(fullest: [Account] = [], holders: Int = 0) {
        self.fullest = fullest
        self.holders = holders
    }
}

/// Whom a limit would touch.
public struct LimitPreview: Sendable, Hashable {
    /// Those who are not disabled and whose requests it counts.
    public var people: Int
    /// Holders of whom it would let nothing through at once, the fullest first.
    public var stopped: [Account]

    public init(people: Int, stopped: [Account]) {
        self.people = people
        self.stopped = stopped
    }
}

extension Account {
    /// What is taken of the ceiling, in parts per million: more where more was taken than the ceiling is now.
    public var takenPartsPerMillion: Int64 {
        guard ceiling > 0 else { return taken > 0 || ceiling < 0 ? 1_000_000 : 0 }
        return Int64(clamping: Int128(max(0, taken)) * 1_000_000 / Int128(ceiling))
    }
}
