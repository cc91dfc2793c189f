/// What usage is filed under beside the person: a product, a course, a grant that pays. A key belongs to one or none.
public struct Project: Sendable, Hashable, Codable, Identifiable {
    public var id: ProjectID
    public var organization: OrganizationID
    public var name: String
    /// How urgent its requests are, against those of other projects.
    public var priority: Priority
    public var createdAt: Timestamp
    /// A retired project keeps its keys and their usage, and takes no new ones. Nil while it takes them.
    public var retiredAt: Timestamp?

    public init(
        id: ProjectID = .random(), organization: OrganizationID, name: String, priority: Priority = .normal,
        createdAt: Timestamp, retiredAt: Timestamp? = nil
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.priority = priority
        self.createdAt = createdAt
        self.retiredAt = retiredAt
    }

    public var isRetired: Bool { retiredAt != nil }
}

extension Project {
    /// What is chosen about a project.
    public struct Draft: Sendable, Hashable {
        public var name: String
        public var priority: Priority

        public init(name: String, priority: Priority = .normal) {
            self.name = name
            self.priority = priority
        }

        /// Whether the name is taken, only the store knows.
        public var flaws: Flaws {
            var flaws = Flaws([])
            flaws.note(name.nameProblem(), about: "name")
            return flaws
        }
    }
}
