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
        case .changeLimit(let limit):
            if let before = try storedLimit(limit.id) { try flow(before, until: now) }
            try update(limit)
        case .retireLimit(let limit): try execute("UPDATE quota_limit SET retired_at = $2 WHERE id = $1", limit, now)
        case .setAlerts(let rules):
            try execute("UPDATE organization SET alert_rules = $1", StoredJSON.text(rules))
        case .setQueue(let queue):
            try execute(
                "UPDATE organization SET queue_length = $1, queue_seconds = $2, waits_for_holds = $3",
                queue.length, queue.seconds, queue.waitsForHolds)
        }
    }
}
