/// A threshold that the use of a limit has come to: there is one for each limit, holder, window and threshold.
public struct Alert: Sendable, Hashable, Identifiable {
    /// Counts up. The same alert may be told twice, if a worker dies while it tells; the number says so.
    public var id: Int64
    public var at: Timestamp
    public var limit: Limit
    /// The person for a limit of a tier, else the limit's subject.
    public var holder: String
    /// What the holder is called now, so that a reader knows who is meant; with the address of a person.
    public var holderName: String
    /// For a limit on one model.
    public var modelName: String?
    /// In parts per million of `amount`.
    public var thresholdPartsPerMillion: Int64
    public var action: AlertRule.Action
    /// In the unit of the limit's meter, when the threshold was reached.
    public var used: Int64
    public var amount: Int64
    public var resetsAt: Timestamp?

    public init(
        id: Int64, at: Timestamp, limit: Limit, holder: String, holderName: String, modelName: String? = nil,
        thresholdPartsPerMillion: Int64, action: AlertRule.Action, used: Int64, amount: Int64,
        resetsAt: Timestamp? = nil
    ) {
        self.id = id
        self.at = at
        self.limit = limit
        self.holder = holder
        self.holderName = holderName
        self.modelName = modelName
        self.thresholdPartsPerMillion = thresholdPartsPerMillion
        self.action = action
        self.used = used
        self.amount = amount
        self.resetsAt = resetsAt
    }

    /// Rounded down, so that 100 % means that nothing is left.
    public var usedPercent: Int64 {
        amount > 0 ? Int64(clamping: Int128(used) * 100 / Int128(amount)) : 100
    }
}

/// An alert as it goes out.
public struct AlertNotice: Sendable, Hashable {
    public var alert: Alert
    /// What the organization is called.
    public var organization: String
    /// A name of the IANA database: the zone in which times are told.
    public var timeZone: String
    /// An admin tries the channel: nothing has happened.
    public var isTest: Bool

    public init(_ alert: Alert, of organization: Organization, isTest: Bool = false) {
        self.alert = alert
        self.organization = organization.name
        timeZone = organization.timeZone
        self.isTest = isTest
    }
}
