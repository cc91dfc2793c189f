import Core

/// A limit that the file says by one key: of its meter and window, for all models, enforced, the same at all hours.
struct ShortKey {
    let key: String
    let meter: Limit.Meter
    let window: Window

    func says(_ rule: LimitPlan.Rule) -> Bool {
        rule.hasSameLimit(as: LimitPlan.Rule(meter: meter, window: window, amount: rule.amount))
    }
}

extension Limit.Scope {
    /// In the order in which they are written.
    static let inFile: [Limit.Scope] = [.organization, .project, .tier, .person, .key, .model, .request]

    /// The key at the top of the file.
    var section: String {
        switch self {
        case .organization: "organization"
        case .project: "projects"
        case .tier: "users"
        case .person: "people"
        case .key: "keys"
        case .model: "models"
        case .request: "requests"
        }
    }

    /// The section is the subject's own, and no list of subjects by their names.
    var isOnlyOne: Bool { self == .organization || self == .request }

    /// What stands before each name.
    var prefix: String { self == .tier ? "tier_" : "" }

    var shortKeys: [ShortKey] {
        switch self {
        case .organization:
            [
                ShortKey(key: "monthly_budget", meter: .tokens, window: .month),
                ShortKey(key: "daily_cap", meter: .tokens, window: .day),
            ]
        case .project:
            [
                ShortKey(key: "daily_limit", meter: .tokens, window: .day),
                ShortKey(key: "request_limit", meter: .tokens, window: .perRequest),
            ]
        case .tier, .person, .key, .model:
            [
                ShortKey(key: "daily_limit", meter: .tokens, window: .day),
                ShortKey(key: "rate_limit", meter: .requests, window: .minute),
            ]
        case .request:
            [ShortKey(key: "request_limit", meter: .tokens, window: .perRequest)]
        }
    }

    /// What a subject's own keys may be.
    var keys: [String] {
        shortKeys.map(\.key) + (self == .project ? ["priority"] : []) + ["limits"]
    }
}

extension LimitPlan.Rule {
    /// Wherever each of them stands in a file.
    func hasSameLimit(as other: Self) -> Bool {
        var (left, right) = (self, other)
        left.line = nil
        right.line = nil
        return left == right
    }

    static let keys = [
        "meter", "window", "amount", "refill_per_second", "model", "mode", "schedule", "pressure", "elastic_ceiling",
    ]
}

extension Window {
    /// What the file calls it.
    var word: String { self == .perRequest ? "request" : rawValue }

    static let words = Dictionary(uniqueKeysWithValues: allCases.map { ($0.word, $0) })
}

extension Weekday {
    var word: String {
        switch self {
        case .monday: "mon"
        case .tuesday: "tue"
        case .wednesday: "wed"
        case .thursday: "thu"
        case .friday: "fri"
        case .saturday: "sat"
        case .sunday: "sun"
        }
    }

    static let words = Dictionary(uniqueKeysWithValues: allCases.map { ($0.word, $0) })
}
