public import Core

extension LimitPlan {
    /// The plan alone, wherever it stands in a file.
    public var withoutLines: LimitPlan {
        var plan = self
        for subject in plan.subjects.indices {
            plan.subjects[subject].line = nil
            for rule in plan.subjects[subject].rules.indices { plan.subjects[subject].rules[rule].line = nil }
        }
        return plan
    }

    /// The rules of each subject in an order of their own: by one key or in a list, they are the same.
    public var sorted: LimitPlan {
        var plan = self
        for subject in plan.subjects.indices {
            plan.subjects[subject].rules.sort { String(describing: $0) < String(describing: $1) }
        }
        return plan
    }
}
