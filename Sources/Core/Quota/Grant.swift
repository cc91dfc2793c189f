/// A one-off extra: "+50,000 until Monday". What is taken comes out of it before the regular limits of the same holder
/// are touched, since it would be lost when it expires; where several run, the one that ends first is used up first.
public struct Grant: Sendable, Hashable, Codable, Identifiable {
    public typealias ID = Identifier<Grant>

    /// Whose extra it is.
    public enum Holder: Sendable, Hashable, Codable {
        /// Stands in for the limits of the person and of their tier.
        case person(PersonID)
        case project(ProjectID)
        case organization(OrganizationID)
    }

    public var id: ID
    public var holder: Holder
    /// What it is an extra of: limits of the same meter make use of it.
    public var meter: Limit.Meter
    /// In the meter's unit, once and for all; more than zero.
    public var amount: Int64
    public var reason: String
    public var createdAt: Timestamp
    /// Can be used up to but not including this moment.
    public var expiresAt: Timestamp

    public init(
        id: ID = .random(), holder: Holder, meter: Limit.Meter = .tokens, amount: Int64, reason: String,
        createdAt: Timestamp, expiresAt: Timestamp
    ) {
        self.id = id
        self.holder = holder
        self.meter = meter
        self.amount = amount
        self.reason = reason
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    /// Whether `limit` is spared what this grant gives: no request may grow by it, and nobody may ask more at once.
    public func covers(_ limit: Limit) -> Bool {
        meter == limit.meter && limit.window != .perRequest && limit.meter != .concurrent
            && holder.scopes.contains(limit.scope)
    }
}

extension Grant.Holder {
    var scopes: Set<Limit.Scope> {
        switch self {
        case .person: [.tier, .person]
        case .project: [.project]
        case .organization: [.organization]
        }
    }

    /// The scope by which it is stored, and shown.
    public var scope: Limit.Scope {
        switch self {
        case .person: .person
        case .project: .project
        case .organization: .organization
        }
    }

    public var subject: String {
        switch self {
        case .person(let id): id.rawValue
        case .project(let id): id.rawValue
        case .organization(let id): id.rawValue
        }
    }
}
