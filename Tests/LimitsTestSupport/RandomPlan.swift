public import Core
public import SeededRandom

/// The names that a random plan may use.
public struct PlanNames: Sendable {
    public var projects: [String]
    public var tiers: [String]
    public var people: [String]
    public var keys: [String]
    public var models: [String]

    public init(projects: [String], tiers: [String], people: [String], keys: [String], models: [String]) {
        self.projects = projects
        self.tiers = tiers
        self.people = people
        self.keys = keys
        self.models = models
    }

    /// What YAML would take for something else, where it can.
    public static let awkward = [
        "production", "R & D", "null", "yes", "0x10", "12e3", "1:30", "- dash", "# hash", "quo\"te", "it's", "é 🦆 東京",
        "a: b", "tier_x", " blank ", "back\\slash", "*star", "{brace}", "<<", "~", "zero\u{200B}width",
        "ada@example.org", "%", "@", "[", "gpt-4o", "Groß", String(repeating: "n", count: 100), "---", "x #y", "=",
    ]

    public static let allAwkward = PlanNames(
        projects: awkward, tiers: awkward, people: awkward, keys: awkward, models: awkward + ["tab\tbed"])

    fileprivate func of(_ scope: Limit.Scope) -> [String] {
        switch scope {
        case .organization, .request: [""]
        case .project: projects
        case .tier: tiers
        case .person: people
        case .key: keys
        case .model: models
        }
    }
}

extension SeededGenerator {
    /// The ends of the range as often as something between them.
    public mutating func amount(_ range: ClosedRange<Int64>) -> Int64 {
        switch below(4) {
        case 0: range.lowerBound
        case 1: range.upperBound
        case 2: Int64.random(in: range, using: &self)
        default: min(range.upperBound, max(range.lowerBound, Int64(below(100_000))))
        }
    }

    /// Any plan that a file can say in full.
    public mutating func plan(of names: PlanNames) -> LimitPlan {
        var plan = LimitPlan()
        for scope in [Limit.Scope.organization, .project, .tier, .person, .key, .model, .request] {
            let named = names.of(scope).filter { _ in one(in: 3) }
            plan.subjects += named.map { subject(scope, $0, names) }
        }
        if one(in: 2) || plan.subjects.isEmpty { plan.alerts = (0..<below(5)).map { _ in alert() } }
        if one(in: 2) {
            plan.queue = QueueBounds(
                length: amount(0...10_000), seconds: amount(0...600), waitsForHolds: one(in: 2))
        }
        return plan
    }

    private mutating func subject(_ scope: Limit.Scope, _ name: String, _ names: PlanNames) -> LimitPlan.Subject {
        var rules = (0..<below(5)).map { _ in rule(scope, names) }
        // A tier has to have one like this.
        if scope == .tier { rules.append(LimitPlan.Rule(meter: .tokens, window: .day, amount: amount(0...9))) }
        return LimitPlan.Subject(
            scope: scope, name: name, priority: scope == .project ? pick(Priority.allCases) : nil, rules: rules)
    }

    private mutating func rule(_ scope: Limit.Scope, _ names: PlanNames) -> LimitPlan.Rule {
        while true {
            let rule = anyRule(scope, names)
            if (try? rule.limit(of: scope, "", model: nil).check()) != nil { return rule }
        }
    }

    private mutating func anyRule(_ scope: Limit.Scope, _ names: PlanNames) -> LimitPlan.Rule {
        let window = scope == .request ? .perRequest : pick(Window.allCases)
        var rule = LimitPlan.Rule(meter: pick(Limit.Meter.allCases), window: window, amount: amount(Limit.amountRange))
        if one(in: 2) { return rule.window == .bucket ? bucket(rule) : rule }
        if rule.window == .bucket { rule = bucket(rule) }
        if one(in: 3) { rule.model = pick(names.models) }
        if one(in: 3) { rule.mode = .shadow }
        if one(in: 3) { rule.schedule = (0..<below(3)).map { _ in hours() } }
        if one(in: 3) { rule.pressure = pressure() }
        if one(in: 3) { rule.elasticCeiling = amount(rule.amount...Limit.amountRange.upperBound) }
        return rule
    }

    private mutating func bucket(_ rule: LimitPlan.Rule) -> LimitPlan.Rule {
        var rule = rule
        rule.refill = amount(Limit.refillRange)
        return rule
    }

    private mutating func hours() -> ScheduleRule {
        ScheduleRule(
            weekdays: Set(Weekday.allCases.filter { _ in one(in: 2) } + [.monday]), fromMinute: below(1440),
            untilMinute: below(1441), amount: amount(Limit.amountRange))
    }

    private mutating func pressure() -> Pressure {
        var pressure = Pressure(
            thresholdPartsPerMillion: amount(0...1_000_000), sharesPartsPerMillion: [.low: amount(0...1_000_000)])
        if one(in: 2) { pressure.sharesPartsPerMillion[.normal] = amount(0...1_000_000) }
        return pressure
    }

    private mutating func alert() -> AlertRule {
        let action = pick(AlertRule.Action.allCases)
        return AlertRule(
            thresholdPartsPerMillion: amount(1...1_000_000), action: action,
            channels: Set(AlertRule.Channel.allCases.filter { _ in one(in: 2) }),
            reductionPartsPerMillion: action == .throttle && one(in: 2) ? amount(0...990_000) : nil,
            fallback: one(in: 2) ? pick(AlertRule.Fallback.allCases) : nil)
    }
}
