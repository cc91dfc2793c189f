/// An extra that raises one limit for one holder until it expires: "+50,000 until Monday".
public struct Grant: Sendable, Hashable, Codable, Identifiable {
    public typealias ID = Identifier<Grant>

    public var id: ID
    public var limit: Limit.ID
    /// As in `Account.holder`: the person for a limit of a tier, else the limit's subject.
    public var holder: String
    /// Added to the limit's amount, in its unit; more than zero.
    public var amount: Int64
    public var reason: String
    public var createdAt: Timestamp
    /// Counts up to but not including this moment.
    public var expiresAt: Timestamp

    public init(
        id: ID = .random(), limit: Limit.ID, holder: String, amount: Int64, reason: String, createdAt: Timestamp,
        expiresAt: Timestamp
    ) {
        self.id = id
        self.limit = limit
        self.holder = holder
        self.amount = amount
        self.reason = reason
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
