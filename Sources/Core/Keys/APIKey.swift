/// What a program shows instead of a password, to ask in a person's name.
///
/// Keys are revoked, never removed: the ledger refers to them. Their secret is known to their owner alone.
public struct APIKey: Sendable, Hashable, Codable, Identifiable {
    public var id: APIKeyID
    /// Whose it is: all that it takes counts on their limits too.
    public var person: PersonID
    public var settings: Settings
    /// How its secret begins, so that it is recognised in a list: `slk_Ab12…`.
    public var beginning: String
    public var createdAt: Timestamp
    /// Exact to a minute; nil when it was never used.
    public var lastUsedAt: Timestamp?
    /// Nil while it was not revoked.
    public var revokedAt: Timestamp?

    public init(
        id: APIKeyID = .random(), person: PersonID, settings: Settings, beginning: String, createdAt: Timestamp,
        lastUsedAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.person = person
        self.settings = settings
        self.beginning = beginning
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }

    public var name: String { settings.name }

    /// Whether requests with it may be let in at this moment, as far as the key itself is concerned.
    public func isLive(at now: Timestamp) -> Bool {
        revokedAt == nil && settings.expiresAt.map { now < $0 } != false
    }
}

extension APIKey {
    /// How many live keys one person may have.
    public static let mostOfAPerson = 100

    /// Everything that can be edited about a key.
    public struct Settings: Sendable, Hashable, Codable {
        /// What it is for, in its owner's words.
        public var name: String
        /// What its usage is filed under; nil for no project.
        public var project: ProjectID?
        /// Counts up to but not including this moment; nil for a key that does not expire.
        public var expiresAt: Timestamp?
        /// The key's own limits, besides those of its person; it may have none at all.
        public var allowance: Tier.Allowance

        public init(
            name: String, project: ProjectID? = nil, expiresAt: Timestamp? = nil,
            allowance: Tier.Allowance = Tier.Allowance()
        ) {
            self.name = name
            self.project = project
            self.expiresAt = expiresAt
            self.allowance = allowance
        }

        /// Whether the project takes keys and when now is, only the store knows.
        public var flaws: Flaws {
            var flaws = allowance.flaws
            flaws.note(name.nameProblem(), about: "name")
            return flaws
        }
    }
}
