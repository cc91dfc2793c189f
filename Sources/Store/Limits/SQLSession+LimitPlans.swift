import Core

extension SQLSession {
    /// What has to be done so that `plan` holds.
    ///
    /// - Throws: `LimitsFileFlaws`.
    func steps(of plan: LimitPlan, at now: Timestamp) throws -> [LimitPlanStep] {
        var planner = try LimitPlanner(self, at: now)
        try planner.add(plan)
        try LimitsFileFlaws(planner.flaws).throwIfAny()
        return planner.steps
    }

    func limits(of scope: Limit.Scope, _ subject: String) throws -> (live: [Limit], retired: [Limit]) {
        let rows = try rows(
            """
            SELECT \(Limit.columns), l.retired_at FROM quota_limit l
             WHERE l.scope = $1 AND l.subject = $2 ORDER BY l.retired_at DESC, l.id
            """, scope, subject)
        let live = try rows.filter { try $0["retired_at"] as Timestamp? == nil }.map(Limit.init)
        let retired = try rows.filter { try $0["retired_at"] as Timestamp? != nil }.map(Limit.init)
        return (live, retired)
    }

    // MARK: The plan that holds now

    /// All projects and tiers, and of the rest those who have limits of their own.
    func limitPlan() throws -> LimitPlan {
        let subjects = try LimitSubjects(self)
        let rules = try liveRules(subjects)
        var plan = LimitPlan(alerts: subjects.organization.alertRules, queue: subjects.organization.queue)
        for (scope, all) in try holders(subjects) {
            for named in all {
                let rules = rules[LimitHolder(scope: scope, subject: named.id)] ?? []
                if rules.isEmpty && !scope.isAlwaysNamed { continue }
                plan.subjects.append(
                    LimitPlan.Subject(
                        scope: scope, name: named.name, priority: subjects.priorities[named.id],
                        rules: rules.sorted { $0.order < $1.order }))
            }
        }
        return plan
    }

    /// Everybody and everything that may have limits; of the people only those who do.
    private func holders(_ subjects: LimitSubjects) throws -> [(Limit.Scope, [LimitSubjects.Named])] {
        let organization = LimitSubjects.Named(id: subjects.organization.id.rawValue, name: "")
        let people = try rows(
            "SELECT id, email AS name FROM person WHERE id IN (SELECT subject FROM quota_limit) ORDER BY email"
        ).map(LimitSubjects.Named.init)
        return [
            (.organization, [organization]), (.project, subjects.projects.all), (.tier, subjects.tiers.all),
            (.person, people), (.key, subjects.keys.map { LimitSubjects.Named(id: $0, name: $0) }),
            (.model, subjects.models.all), (.request, [organization]),
        ]
    }

    private func liveRules(_ subjects: LimitSubjects) throws -> [LimitHolder: [LimitPlan.Rule]] {
        let limits = try rows("SELECT \(Limit.columns) FROM quota_limit l WHERE l.retired_at IS NULL").map(Limit.init)
        return Dictionary(grouping: limits) { LimitHolder(scope: $0.scope, subject: $0.subject) }.mapValues { limits in
            limits.map { LimitPlan.Rule($0, model: $0.model.map { subjects.name(of: $0) }) }
        }
    }
}

private struct LimitHolder: Hashable {
    let scope: Limit.Scope
    let subject: String
}

extension Limit.Scope {
    fileprivate var isAlwaysNamed: Bool { self == .organization || self == .project || self == .tier }
}

extension LimitPlan.Rule {
    /// By what is counted, over ever longer windows; the same whichever limit was made first.
    fileprivate var order: (Int, Int, String, Int64, String) {
        (
            Limit.Meter.allCases.firstIndex(of: meter) ?? 0, Window.allCases.firstIndex(of: window) ?? 0, title, amount,
            value
        )
    }
}
