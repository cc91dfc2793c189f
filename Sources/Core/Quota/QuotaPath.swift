/// On whose behalf a request is made: everyone whose limits it has to pass, all at once.
public struct QuotaPath: Sendable, Hashable, Codable {
    public var organization: OrganizationID
    public var project: ProjectID?
    public var tier: TierID
    public var person: PersonID
    public var key: APIKeyID?
    public var model: ModelID

    public init(
        organization: OrganizationID, project: ProjectID? = nil, tier: TierID, person: PersonID, key: APIKeyID? = nil,
        model: ModelID
    ) {
        self.organization = organization
        self.project = project
        self.tier = tier
        self.person = person
        self.key = key
        self.model = model
    }

    /// The identifier that a limit of `scope` must name to concern this path; nil where the path has none.
    public func subject(of scope: Limit.Scope) -> String? {
        switch scope {
        case .organization, .request: organization.rawValue
        case .project: project?.rawValue
        case .tier: tier.rawValue
        case .person: person.rawValue
        case .key: key?.rawValue
        case .model: model.rawValue
        }
    }
}
