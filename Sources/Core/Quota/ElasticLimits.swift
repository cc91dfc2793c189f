/// Limits of people that rise while the organization has more than it needs, and fall as that becomes less.
///
/// Every method throws `StoreFailure`.
public protocol ElasticLimits: Sendable {
    /// Brings every limit with an elastic ceiling to where the forecast lets it be. Every worker may ask as often as it
    /// likes: it is done once a minute, by one of them.
    ///
    /// A limit falls at once as far as it has to, and rises by one step at a time. It stays where it is set without a
    /// limit of the organization, of the same meter and of a day or longer, to forecast.
    ///
    /// - Returns: what was changed; each change is also kept with its reason, and on the audit log.
    func adjust() async throws -> [LimitChange]

    /// What the program did to a limit, the newest first.
    func changes(of limit: Limit.ID, count: Int) async throws -> [LimitChange]
}

/// What the program did to a limit.
public struct LimitChange: Sendable, Hashable {
    public var limit: Limit.ID
    public var at: Timestamp
    /// In the unit of the limit's meter.
    public var before: Int64
    public var after: Int64
    /// In words and numbers.
    public var reason: String

    public init(limit: Limit.ID, at: Timestamp, before: Int64, after: Int64, reason: String) {
        self.limit = limit
        self.at = at
        self.before = before
        self.after = after
        self.reason = reason
    }
}

extension Limit {
    /// Between the amount and the ceiling there are ten steps.
    private static let steps: Int64 = 10
    /// Up to this forecast a limit may rise to its ceiling; from the next one on it may not rise at all.
    private static let amplePartsPerMillion: Int64 = 500_000
    private static let scarcePartsPerMillion: Int64 = 800_000

    /// What `raisedTo` has to be next, by the organization's forecast in parts per million of its limit: the tightest
    /// one, where there are several.
    ///
    /// - Parameter forecast: nil where there is nothing to forecast.
    /// - Returns: above `amount`, and at most `elasticCeiling`; nil for a limit that is not raised.
    public func raise(byForecast forecast: Int64?) -> Int64? {
        guard let elasticCeiling, elasticCeiling > amount, let forecast else { return nil }
        let allowed = Self.step(allowedBy: forecast)
        let current = step(of: raisedTo ?? amount, upTo: elasticCeiling)
        let next = amount(ofStep: min(allowed, current + 1), upTo: elasticCeiling)
        return next > amount ? next : nil
    }

    private static func step(allowedBy forecast: Int64) -> Int64 {
        let room = max(0, scarcePartsPerMillion.subtractingClamped(forecast))
        return min(steps, room * steps / (scarcePartsPerMillion - amplePartsPerMillion))
    }

    /// The highest step that is reached.
    private func step(of amount: Int64, upTo ceiling: Int64) -> Int64 {
        (1...Self.steps).last { self.amount(ofStep: $0, upTo: ceiling) <= amount } ?? 0
    }

    private func amount(ofStep step: Int64, upTo ceiling: Int64) -> Int64 {
        amount + Int64(Int128(ceiling - amount) * Int128(step) / Int128(Self.steps))
    }
}

/// The forecast of one limit of the organization.
public struct Outlook: Sendable, Hashable {
    public var limit: Limit
    /// In parts per million of the limit.
    public var sharePartsPerMillion: Int64

    public init(limit: Limit, sharePartsPerMillion: Int64) {
        self.limit = limit
        self.sharePartsPerMillion = sharePartsPerMillion
    }
}

extension Limit {
    /// The tightest of those that this limit draws on: of the same meter, for all models or for the same one.
    public func outlook(among outlooks: [Outlook]) -> Outlook? {
        let own = outlooks.filter { outlook in
            outlook.limit.meter == meter && (outlook.limit.model == nil || outlook.limit.model == model)
        }
        return own.max { $0.sharePartsPerMillion < $1.sharePartsPerMillion }
    }

    /// What it is raised to, whatever is stored: never outside of what it may be.
    public var raisedAmount: Int64 {
        guard let elasticCeiling, let raisedTo else { return amount }
        return max(amount, min(raisedTo, elasticCeiling))
    }

    /// `forecast 41 % of the organization's tokens per month: raised to 130,000`.
    public func reason(forAmount after: Int64, by outlook: Outlook?) -> String {
        let change = (after > raisedAmount ? "raised to " : "lowered to ") + meter.figure(after)
        guard let outlook else { return "no limit of the organization to forecast: " + change }
        let percent = min(outlook.sharePartsPerMillion / 10_000, 1000)
        return "forecast \(percent) % of the organization's \(outlook.limit.phrase): " + change
    }
}
