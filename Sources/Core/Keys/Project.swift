/// What usage is filed under beside the person: a product, a course, a grant that pays. A key belongs to one or none.
public struct Project: Sendable, Hashable, Codable, Identifiable {
    public var id: ProjectID
    public var organization: OrganizationID
    public var name: String
    /// How urgent its requests are, against those of other projects.
    public var priority: Priority
    public var allowance: Allowance
    public var createdAt: Timestamp
    /// A retired project keeps its keys and their usage, and takes no new ones. Nil while it takes them.
    public var retiredAt: Timestamp?

    public init(
        id: ProjectID = .random(), organization: OrganizationID, name: String, priority: Priority = .normal,
        allowance: Allowance = Allowance(), createdAt: Timestamp, retiredAt: Timestamp? = nil
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.priority = priority
        self.allowance = allowance
        self.createdAt = createdAt
        self.retiredAt = retiredAt
    }

    public var isRetired: Bool { retiredAt != nil }
}

extension Project {
    /// The limits that a project's form has at hand; it may have others. Nil stands for no limit of that kind.
    public struct Allowance: Sendable, Hashable, Codable {
        public var tokensPerDay: Int64?
        public var tokensPerRequest: Int64?

        public init(tokensPerDay: Int64? = nil, tokensPerRequest: Int64? = nil) {
            self.tokensPerDay = tokensPerDay
            self.tokensPerRequest = tokensPerRequest
        }
    }

    /// What is chosen about a project.
    public struct Draft: Sendable, Hashable {
        public var name: String
        public var priority: Priority
        public var allowance: Allowance

        public init(name: String, priority: Priority = .normal, allowance: Allowance = Allowance()) {
            self.name = name
            self.priority = priority
            self.allowance = allowance
        }

        /// Whether the name is taken, only the store knows.
        public var flaws: Flaws {
            var flaws = Flaws([])
            flaws.note(name.nameProblem(), about: "name")
            flaws.note(
                allowance.tokensPerDay.flatMap { $0.problem(outside: Limit.amountRange) }, about: "tokensPerDay")
            flaws.note(
                allowance.tokensPerRequest.flatMap { $0.problem(outside: Limit.amountRange) },
                about: "tokensPerRequest")
            return flaws
        }
    }
}
