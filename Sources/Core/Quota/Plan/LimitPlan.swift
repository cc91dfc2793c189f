/// What a limits file says: for some subjects, all limits of certain kinds, by names that people know.
///
/// A plan speaks only of what it names. A subject that is not in it, alerts or a queue that are nil, stay as they are.
public struct LimitPlan: Sendable, Hashable {
    /// Each subject once.
    public var subjects: [Subject]
    public var alerts: [AlertRule]?
    public var queue: QueueBounds?

    public init(subjects: [Subject] = [], alerts: [AlertRule]? = nil, queue: QueueBounds? = nil) {
        self.subjects = subjects
        self.alerts = alerts
        self.queue = queue
    }
}

extension LimitPlan {
    /// One whose limits the plan says.
    public struct Subject: Sendable, Hashable {
        public var scope: Limit.Scope
        /// A project's, tier's or model's name, a person's e-mail address, a key's id; empty for the organization and
        /// for requests.
        public var name: String
        /// Of a project; nil for all others.
        public var priority: Priority?
        public var rules: [Rule]
        public var coverage: Coverage
        /// Where it stands in the file, counted from 1; nil when it comes from no file.
        public var line: Int?

        public init(
            scope: Limit.Scope, name: String, priority: Priority? = nil, rules: [Rule],
            coverage: Coverage = .everything, line: Int? = nil
        ) {
            self.scope = scope
            self.name = name
            self.priority = priority
            self.rules = rules
            self.coverage = coverage
            self.line = line
        }
    }

    /// Which limits of a subject the plan settles: of these it has the ones that `rules` say, and no others.
    public enum Coverage: Sendable, Hashable {
        case everything
        /// Enforced limits that count all models, of these meters and windows.
        case kinds(Set<Limit.Name>)

        public func includes(_ limit: Limit) -> Bool {
            switch self {
            case .everything: true
            case .kinds(let names): limit.model == nil && limit.mode == .enforce && names.contains(limit.name)
            }
        }
    }

    /// A limit but for its subject, with the model by its name. Amounts are in the units of `Limit`.
    public struct Rule: Sendable, Hashable {
        public var model: String?
        public var meter: Limit.Meter
        public var window: Window
        public var amount: Int64
        public var refill: Int64?
        public var mode: Limit.Mode
        public var schedule: [ScheduleRule]
        public var pressure: Pressure?
        public var elasticCeiling: Int64?
        public var line: Int?

        public init(
            model: String? = nil, meter: Limit.Meter, window: Window, amount: Int64, refill: Int64? = nil,
            mode: Limit.Mode = .enforce, schedule: [ScheduleRule] = [], pressure: Pressure? = nil,
            elasticCeiling: Int64? = nil, line: Int? = nil
        ) {
            self.model = model
            self.meter = meter
            self.window = window
            self.amount = amount
            self.refill = refill
            self.mode = mode
            self.schedule = schedule
            self.pressure = pressure
            self.elasticCeiling = elasticCeiling
            self.line = line
        }
    }
}

extension LimitPlan.Rule {
    public init(_ limit: Limit, model: String?) {
        self.init(
            model: model, meter: limit.meter, window: limit.window, amount: limit.amount, refill: limit.refill,
            mode: limit.mode, schedule: limit.schedule, pressure: limit.pressure, elasticCeiling: limit.elasticCeiling)
    }

    /// The limit that this rule makes of `subject`.
    public func limit(of scope: Limit.Scope, _ subject: String, model: ModelID?) -> Limit {
        Limit(
            scope: scope, subject: subject, model: model, meter: meter, window: window, amount: amount, refill: refill,
            mode: mode, schedule: schedule, pressure: pressure, elasticCeiling: elasticCeiling)
    }
}
