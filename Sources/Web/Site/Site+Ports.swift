public import Core

extension Site {
    /// Everything that the pages talk to.
    public struct Ports: Sendable {
        public var gate: Gate
        /// To look at limits and holds, and to follow a reply; only the gate moves them.
        public var ledger: any Ledger
        public var usage: any UsageHistory
        public var conversations: any Conversations

        public var signIn: SignIn
        public var sessions: any Sessions
        public var firstAdmin: any FirstAdmin
        public var invitations: any Invitations
        public var hasher: any PasswordHasher

        public var organizations: any Organizations
        public var people: any People
        public var tiers: any Tiers
        public var limits: any Limits
        public var limitPlans: any LimitPlans
        public var grants: any Grants
        public var projects: any Projects
        public var keys: any APIKeys
        public var models: any Models
        public var upstreams: any UpstreamRecords
        public var auditLog: any AuditLog

        public var alerts: any Alerts
        /// Tries the channels of alerts.
        public var alertTests: any AlertTests
        public var elasticLimits: any ElasticLimits
        public var metrics: any Metrics

        public var probes: Probes
        public var time: any TimeSource

        public init(
            gate: Gate, ledger: any Ledger, usage: any UsageHistory, conversations: any Conversations, signIn: SignIn,
            sessions: any Sessions, firstAdmin: any FirstAdmin, invitations: any Invitations,
            hasher: any PasswordHasher, organizations: any Organizations, people: any People, tiers: any Tiers,
            limits: any Limits, limitPlans: any LimitPlans, grants: any Grants, projects: any Projects,
            keys: any APIKeys, models: any Models, upstreams: any UpstreamRecords, auditLog: any AuditLog,
            alerts: any Alerts, alertTests: any AlertTests, elasticLimits: any ElasticLimits, metrics: any Metrics,
            probes: Probes, time: any TimeSource
        ) {
            self.gate = gate
            self.ledger = ledger
            self.usage = usage
            self.conversations = conversations
            self.signIn = signIn
            self.sessions = sessions
            self.firstAdmin = firstAdmin
            self.invitations = invitations
            self.hasher = hasher
            self.organizations = organizations
            self.people = people
            self.tiers = tiers
            self.limits = limits
            self.limitPlans = limitPlans
            self.grants = grants
            self.projects = projects
            self.keys = keys
            self.models = models
            self.upstreams = upstreams
            self.auditLog = auditLog
            self.alerts = alerts
            self.alertTests = alertTests
            self.elasticLimits = elasticLimits
            self.metrics = metrics
            self.probes = probes
            self.time = time
        }
    }

    /// How the parts that the pages stand on are.
    public struct Probes: Sendable {
        /// - Throws: `StoreFailure` when the store is not well.
        public var store: @Sendable () async throws -> StoreHealth
        /// The model names that an upstream offers. No prompt passes here.
        ///
        /// - Throws: `UpstreamFailure`.
        public var modelNames: @Sendable (UpstreamEndpoint) async throws -> [String]
        /// The encodings whose tables are there to count with exactly; without any the site is not ready.
        public var encodings: @Sendable () async -> [String]

        public init(
            store: @escaping @Sendable () async throws -> StoreHealth,
            modelNames: @escaping @Sendable (UpstreamEndpoint) async throws -> [String],
            encodings: @escaping @Sendable () async -> [String]
        ) {
            self.store = store
            self.modelNames = modelNames
            self.encodings = encodings
        }
    }
}
