import Core

/// The limits of one subject.
extension LimitPlanner {
    /// - Parameter stepsBefore: how many there were before this subject.
    mutating func addLimits(
        of subject: LimitPlan.Subject, _ named: LimitSubjects.Named, _ stepsBefore: Int
    ) throws {
        let wanted = subject.rules.compactMap { limit($0, of: subject.scope, named) }
        let (live, retired) = try session.limits(of: subject.scope, named.id)
        let matching = LimitMatching(live: live.filter(subject.coverage.includes), retired: retired, wanted: wanted)
        try append(matching, subject.scope.title(of: named.name))
        let left = live.filter { !subject.coverage.includes($0) } + wanted
        if subject.scope == .tier && steps.count > stepsBefore && !left.contains(where: \.bounds) {
            refuse("tier \(named.name) would have no limit on tokens or cost", at: subject.line)
        }
    }

    private mutating func limit(
        _ rule: LimitPlan.Rule, of scope: Limit.Scope, _ named: LimitSubjects.Named
    ) -> Limit? {
        var model: ModelID?
        if let name = rule.model {
            guard case .one(let found) = subjects.models.find(name) else {
                refuse("there is no model “\(name)”", at: rule.line)
                return nil
            }
            model = ModelID(rawValue: found.id)
        }
        let limit = rule.limit(of: scope, named.id, model: model)
        do throws(Limit.Flaw) {
            try limit.check()
        } catch {
            refuse("\(rule.title) makes no sense: \(error.rawValue)", at: rule.line)
        }
        return limit
    }

    private mutating func append(_ matching: LimitMatching, _ title: String) throws {
        for (before, after) in matching.kept where !before.says(sameAs: after) {
            let stopped = try stopped(by: after, where: before)
            append(step(.changeLimit(after), title, before: before, after: after, stopped: stopped))
        }
        for limit in matching.revived {
            let stopped = try stopped(by: limit, where: nil)
            append(step(.changeLimit(limit), title, before: nil, after: limit, stopped: stopped))
        }
        for limit in matching.added { append(step(.addLimit(limit), title, before: nil, after: limit)) }
        for limit in matching.dropped { append(step(.retireLimit(limit.id), title, before: limit, after: nil)) }
    }

    private func step(
        _ action: LimitPlanStep.Action, _ title: String, before: Limit?, after: Limit?, stopped: Int = 0
    ) -> LimitPlanStep {
        let (before, after) = (before.map(rule), after.map(rule))
        return LimitPlanStep(
            action, title, (after ?? before)?.title ?? "", before: before?.value, after: after?.value, stopped: stopped)
    }

    private func rule(_ limit: Limit) -> LimitPlan.Rule {
        LimitPlan.Rule(limit, model: limit.model.map { subjects.name(of: $0) })
    }

    /// How many have taken as much in the running window as `limit` allows now, and less than it was `before`.
    private func stopped(by limit: Limit, where before: Limit?) throws -> Int {
        guard limit.mode == .enforce, limit.meter != .concurrent, limit.window != .bucket,
            let calendar = subjects.organization.calendar
        else { return 0 }
        let ceiling = before.flatMap { $0.mode == .enforce ? $0.amount(at: now, in: calendar) : nil } ?? .max
        return try session.onlyRow(
            """
            SELECT COUNT(*) AS stopped FROM account a JOIN quota_limit l ON l.id = a.limit_id
             WHERE limit_id = $1 AND (resets_at IS NULL OR resets_at > $2)
               AND \(StoredAccount.hasBegun("a", by: "$2")) AND holder NOT LIKE '%#%'
               AND used + held >= $3 AND used + held < $4
            """, limit.id, now, limit.amount(at: now, in: calendar), ceiling)["stopped"]
    }
}

extension Limit {
    /// Somebody who has it cannot take without end.
    fileprivate var bounds: Bool {
        mode == .enforce && model == nil && window != .perRequest
            && [.tokens, .completionTokens, .promptTokens, .cost].contains(meter)
    }
}
