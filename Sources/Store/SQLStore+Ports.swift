public import Core

extension SQLStore {
    public var organizations: some Organizations { SQLOrganizations(database: database, time: time) }
    public var people: some People { SQLPeople(database: database, time: time) }
    public var tiers: some Tiers { SQLTiers(database: database, time: time) }
    public var limits: some Limits { SQLLimits(database: database, time: time) }
    public var grants: some Grants { SQLGrants(database: database, time: time) }
    public var projects: some Projects { SQLProjects(database: database, time: time) }
    public var limitPlans: some LimitPlans { SQLLimitPlans(database: database, time: time) }
    public var keys: some APIKeys { SQLAPIKeys(database: database, time: time) }
    public var models: some Models { SQLModels(database: database, time: time) }
    public var upstreamRecords: some UpstreamRecords { SQLUpstreamRecords(database: database, time: time) }

    public var sessions: some Sessions { SQLSessions(database: database, time: time) }
    public var signInThrottle: some SignInThrottle { SQLSignInThrottle(database: database, time: time) }
    public var firstAdmin: some FirstAdmin { SQLFirstAdmin(database: database, time: time) }
    public var invitations: some Invitations { SQLInvitations(database: database, time: time) }

    public var conversations: some Conversations { SQLConversations(database: database, time: time) }
    public var transcript: some Transcript { SQLTranscript(database: database, time: time) }
    public var replyCache: some ReplyCache { SQLReplyCache(database: database) }
    public var repeatedRequests: some RepeatedRequests { SQLRepeatedRequests(database: database) }
    public var auditLog: some AuditLog { SQLAuditLog(database: database, time: time) }

    public var alerts: some Alerts { SQLAlerts(database: database, time: time) }
    public var elasticLimits: some ElasticLimits { SQLElasticLimits(database: database, time: time) }
    public var metrics: some Metrics { SQLMetrics(database: database, time: time) }
}
