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
        /// Prompt and completion tokens, times the model's weight.
        case tokens
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
    public struct Name: Sendable, Hashable {
        public var scope: Scope
        public var meter: Meter
        public var window: Window

        public init(scope: Scope, meter: Meter, window: Window) {
            self.scope = scope
            self.meter = meter
            self.window = window
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
    /// In the meter's unit; zero refuses everything.
    public var amount: Int64
    public var mode: Mode

    public init(
        id: ID = .random(), scope: Scope, subject: String, model: ModelID? = nil, meter: Meter, window: Window,
        amount: Int64, mode: Mode = .enforce
    ) {
        self.id = id
        self.scope = scope
        self.subject = subject
        self.model = model
        self.meter = meter
        self.window = window
        self.amount = amount
        self.mode = mode
    }

    public var name: Name { Name(scope: scope, meter: meter, window: window) }
}

extension Limit {
    /// Why a limit makes no sense and must not be stored.
    public enum Flaw: String, Error, Sendable, Hashable {
        case negativeAmount
        /// Concurrent requests are counted over no window but `lifetime`.
        case concurrencyNeedsLifetime
        /// The scope `request` and the window `perRequest` belong together; other scopes may use the window too.
        case requestNeedsPerRequest
    }

    public func check() throws(Flaw) {
        if amount < 0 { throw .negativeAmount }
        if meter == .concurrent && window != .lifetime { throw .concurrencyNeedsLifetime }
        if scope == .request && window != .perRequest { throw .requestNeedsPerRequest }
    }

    /// Whose account a request on `path` is counted on, or nil when this limit does not concern it.
    public func holder(on path: QuotaPath) -> String? {
        if let model, model != path.model { return nil }
        guard subject == path.subject(of: scope) else { return nil }
        return scope == .tier ? path.person.rawValue : subject
    }
}
