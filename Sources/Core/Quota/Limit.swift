/// One rule about how much may be taken: of what, by whom, in which window.
///
/// Limits are data: an administrator's edit is felt by the next request. All amounts are whole numbers.
public struct Limit: Sendable, Hashable, Codable, Identifiable {
    public typealias ID = Identifier<Limit>

    /// Whose requests a limit counts, from the widest to the narrowest.
    public enum Scope: String, Sendable, Codable, CaseIterable {
        case organization, project
        /// Every person of the tier has this limit for themselves.
        case tier
        case person, key, model
        /// Each request of the organization by itself; only with `Window.perRequest`.
        case request
    }

    /// What a limit counts.
    public enum Meter: String, Sendable, Codable, CaseIterable {
        /// Prompt and completion tokens, times the model's weights.
        case tokens
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case requests
        /// Nanodollars, by the model's prices.
        case cost
        /// Requests that run at the same time; only with `Window.lifetime`.
        case concurrent
    }

    public enum Mode: String, Sendable, Codable, CaseIterable {
        case enforce
        /// Counts, and records what it would have refused, but refuses nothing.
        case shadow
    }

    /// What people call a limit by: stays when the limit is changed or removed.
    public struct Name: Sendable, Hashable, Codable {
        public var scope: Scope
        public var meter: Meter
        public var window: Window
        /// Whether it counts one model only: the one that was asked, for who meets it.
        public var isOfOneModel: Bool

        public init(scope: Scope, meter: Meter, window: Window, isOfOneModel: Bool = false) {
            self.scope = scope
            self.meter = meter
            self.window = window
            self.isOfOneModel = isOfOneModel
        }
    }

    public var id: ID
    public var scope: Scope
    /// The identifier of the organization, project, tier, person, key or model that `scope` names.
    public var subject: String
    /// Counts only what goes to this model; nil counts all.
    public var model: ModelID?
    public var meter: Meter
    public var window: Window
    /// In the meter's unit; zero refuses everything. The capacity of a bucket.
    public var amount: Int64
    /// What flows back into a bucket, in millionths of the meter's unit a second: 100,000,000 are 100 tokens a second.
    /// Only, and always, with `Window.bucket`.
    public var refill: Int64?
    public var mode: Mode
    /// Other amounts at certain hours: the first rule that applies counts, and `amount` where none does.
    public var schedule: [ScheduleRule]
    /// What requests of lower priority may take of it when it becomes scarce.
    public var pressure: Pressure?
    /// How far the limit may rise while the organization has more than it needs; nil for a limit that stays put.
    public var elasticCeiling: Int64?
    /// What the forecast lets it be now; kept by the program, between `amount` and `elasticCeiling`.
    public var raisedTo: Int64?

    public init(
        id: ID = .random(), scope: Scope, subject: String, model: ModelID? = nil, meter: Meter, window: Window,
        amount: Int64, refill: Int64? = nil, mode: Mode = .enforce, schedule: [ScheduleRule] = [],
        pressure: Pressure? = nil, elasticCeiling: Int64? = nil, raisedTo: Int64? = nil
    ) {
        self.id = id
        self.scope = scope
        self.subject = subject
        self.model = model
        self.meter = meter
        self.window = window
        self.amount = amount
        self.refill = refill
        self.mode = mode
        self.schedule = schedule
        self.pressure = pressure
        self.elasticCeiling = elasticCeiling
        self.raisedTo = raisedTo
    }

    public var name: Name { Name(scope: scope, meter: meter, window: window, isOfOneModel: model != nil) }

    /// Whether there is a way to it on which one can be warned, and slowed down: it fills over an hour or longer.
    public var isGraduated: Bool {
        guard mode == .enforce, meter != .concurrent else { return false }
        return switch window {
        case .perRequest, .minute, .bucket: false
        case .hour, .day, .week, .month, .lifetime: true
        }
    }
}

extension Limit {
    /// So far below the end of the range that sums of many accounts stay exact.
    public static let amountRange: ClosedRange<Int64> = 0...1_000_000_000_000_000
    /// A millionth of a unit a second, up to a thousand million units.
    public static let refillRange: ClosedRange<Int64> = 1...1_000_000_000_000_000

    /// Why a limit makes no sense and must not be stored.
    public enum Flaw: String, Error, Sendable, Hashable, CaseIterable {
        case absurdAmount
        /// Concurrent requests are counted over no window but `lifetime`.
        case concurrencyNeedsLifetime
        /// The scope `request` and the window `perRequest` belong together; other scopes may use the window too.
        case requestNeedsPerRequest
        /// One request is always one request.
        case perRequestNeedsTokensOrCost
        /// A bucket flows back, and nothing else does.
        case bucketNeedsRefill
        case absurdRefill
        case absurdSchedule
        case absurdPressure
        /// Only limits of projects and of the whole organization are shared by several priorities.
        case pressureNeedsSharedScope
        /// A raised limit is larger than the limit.
        case ceilingBelowAmount
        /// Only what a single person has may rise with what the organization has left.
        case ceilingNeedsPersonalScope
    }

    public func check() throws(Flaw) {
        if !Self.amountRange.contains(amount) { throw .absurdAmount }
        if meter == .concurrent && window != .lifetime { throw .concurrencyNeedsLifetime }
        if scope == .request && window != .perRequest { throw .requestNeedsPerRequest }
        if window == .perRequest && (meter == .requests || meter == .concurrent) { throw .perRequestNeedsTokensOrCost }
        if (window == .bucket) != (refill != nil) { throw .bucketNeedsRefill }
        if let refill, !Self.refillRange.contains(refill) { throw .absurdRefill }
        if !schedule.allSatisfy(\.isSound) || schedule.count > 50 { throw .absurdSchedule }
        if let pressure {
            guard pressure.isSound else { throw .absurdPressure }
            guard scope == .organization || scope == .project || scope == .model else {
                throw .pressureNeedsSharedScope
            }
        }
        if let elasticCeiling {
            guard Self.amountRange.contains(elasticCeiling), elasticCeiling >= amount else { throw .ceilingBelowAmount }
            guard scope == .tier || scope == .person else { throw .ceilingNeedsPersonalScope }
        }
    }

    /// Whose account a request on `path` is counted on, or nil when this limit does not concern it.
    public func holder(on path: QuotaPath) -> String? {
        if let model, model != path.model { return nil }
        guard subject == path.subject(of: scope) else { return nil }
        return scope == .tier ? path.person.rawValue : subject
    }

    /// What the limit is at `moment`: by its schedule, and where that says nothing, by what the forecast lets it be.
    public func amount(at moment: Timestamp, in calendar: WindowCalendar) -> Int64 {
        if !schedule.isEmpty {
            let time = calendar.weekTime(of: moment)
            if let rule = schedule.first(where: { $0.applies(at: time) }) { return rule.amount }
        }
        guard let elasticCeiling, let raisedTo else { return amount }
        return max(amount, min(raisedTo, elasticCeiling))
    }
}
