import Core

struct SQLLimitPlans: LimitPlans {
    let database: any SQLDatabase
    let time: any TimeSource

    func current() async throws -> LimitPlan {
        try await database.read { session in try session.limitPlan() }
    }

    func preview(_ plan: LimitPlan) async throws -> [LimitPlanChange] {
        try await database.read { [now = time.now()] session in
            try session.steps(of: plan, at: now).flatMap(\.changes)
        }
    }

    func apply(_ plan: LimitPlan, by actor: Actor) async throws -> [LimitPlanChange] {
        try await database.write { [now = time.now()] session in
            let steps = try session.steps(of: plan, at: now)
            let changes = steps.flatMap(\.changes)
            for step in steps { try session.take(step, by: actor, at: now) }
            if !changes.isEmpty { try session.note(changes, by: actor, at: now) }
            return changes
        }
    }
}

extension SQLSession {
    /// Once for all of it, under the organization: what changed of whom.
    fileprivate func note(_ changes: [LimitPlanChange], by actor: Actor, at now: Timestamp) throws {
        let organization = try organization()
        try AuditTrail(session: self, actor: actor, now: now).note(
            .limitsImported, of: organization.id.rawValue, named: organization.name,
            before: changes.bySubject { $0.before }, after: changes.bySubject { $0.after })
    }
}

extension [LimitPlanChange] {
    /// Those who have nothing on this side are left out.
    fileprivate func bySubject(_ side: (LimitPlanChange) -> String?) -> [String: [String]] {
        reduce(into: [:]) { state, change in
            guard let value = side(change) else { return }
            let words = [change.what, value].filter { !$0.isEmpty }
            state[change.subject, default: []].append(words.joined(separator: ": "))
        }
    }
}
