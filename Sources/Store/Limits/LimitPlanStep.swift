import Core

/// One thing to do so that a plan holds, and how people are told of it.
struct LimitPlanStep {
    enum Action {
        case makeProject(Project)
        case makeTier(Tier)
        case setPriority(Priority, ProjectID)
        case addLimit(Limit)
        /// Also brings one back that was retired: what was used of it stays used.
        case changeLimit(Limit)
        case retireLimit(Limit.ID)
        case setAlerts([AlertRule])
        case setQueue(QueueBounds)
    }

    var action: Action
    var changes: [LimitPlanChange]

    init(_ action: Action, _ changes: [LimitPlanChange]) {
        self.action = action
        self.changes = changes
    }

    init(_ action: Action, _ subject: String, _ what: String, before: String?, after: String?, stopped: Int = 0) {
        let change = LimitPlanChange(subject: subject, what: what, before: before, after: after, stopped: stopped)
        self.init(action, [change])
    }
}

extension SQLSession {
    func take(_ step: LimitPlanStep, by actor: Actor, at now: Timestamp) throws {
        let trail = AuditTrail(session: self, actor: actor, now: now)
        switch step.action {
        case .makeProject(let project):
            try insert(project)
            try trail.note(.projectCreated, of: project, before: nil)
        case .makeTier(let tier):
            try insert(tier, at: now)
            try trail.note(.tierCreated, of: tier.id.rawValue, named: tier.name, after: tier)
        case .setPriority(let priority, let project):
            try execute("UPDATE project SET priority = $2 WHERE id = $1", project, priority)
        case .addLimit(let limit): try insert(limit)
        case .changeLimit(let limit): try update(limit)
        case .retireLimit(let limit): try execute("UPDATE quota_limit SET retired_at = $2 WHERE id = $1", limit, now)
        case .setAlerts(let rules):
            try execute("UPDATE organization SET alert_rules = $1", StoredJSON.text(rules))
        case .setQueue(let queue):
            try execute(
                "UPDATE organization SET queue_length = $1, queue_seconds = $2, waits_for_holds = $3",
                queue.length, queue.seconds, queue.waitsForHolds)
        }
    }

    private func insert(_ limit: Limit) throws {
        try execute(
            """
            INSERT INTO quota_limit (id, scope, subject, model, meter, time_window, amount, refill, mode, schedule,
                pressure, elastic_ceiling)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            limit.id, limit.scope, limit.subject, limit.model, limit.meter, limit.window, limit.amount, limit.refill,
            limit.mode, limit.storedSchedule(), limit.storedPressure(), limit.elasticCeiling)
    }

    private func update(_ limit: Limit) throws {
        try execute(
            """
            UPDATE quota_limit SET amount = $2, refill = $3, mode = $4, schedule = $5, pressure = $6,
                elastic_ceiling = $7, raised_to = CASE WHEN $7 IS NULL THEN NULL ELSE raised_to END, retired_at = NULL
             WHERE id = $1
            """,
            limit.id, limit.amount, limit.refill, limit.mode, limit.storedSchedule(), limit.storedPressure(),
            limit.elasticCeiling)
    }
}

extension Limit {
    fileprivate func storedSchedule() throws -> String? {
        schedule.isEmpty ? nil : try StoredJSON.text(schedule)
    }

    fileprivate func storedPressure() throws -> String? {
        try pressure.map { try StoredJSON.text($0) }
    }
}
