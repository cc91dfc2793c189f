import Core

struct SQLLimits: Limits {
    let database: any SQLDatabase
    let time: any TimeSource

    func all() async throws -> [ListedLimit] {
        try await database.read { session in
            try session.rows("\(ListedLimit.selection) WHERE l.retired_at IS NULL AND k.revoked_at IS NULL")
                .map(ListedLimit.init).sorted { $0.isBefore($1) }
        }
    }

    func limit(_ id: Limit.ID) async throws -> ListedLimit? {
        try await database.read { session in try session.listedLimit(id) }
    }

    func standings(most: Int) async throws -> [Limit.ID: LimitStanding] {
        try await database.read { [now = time.now()] session in
            let rules = try session.ledgerRules()
            let limits = try session.rows(
                "\(ListedLimit.selection) WHERE l.retired_at IS NULL AND k.revoked_at IS NULL")
            return try limits.reduce(into: [:]) { standings, row in
                let limit = try Limit(row)
                standings[limit.id] = try session.standing(of: limit, most: most, rules, at: now)
            }
        }
    }

    func preview(_ limit: Limit) async throws -> LimitPreview {
        try limit.flaws.throwIfAny()
        return try await database.read { [now = time.now()] session in
            let before = try session.storedLimit(limit.id) ?? session.retiredLimit(like: limit)?.limit
            let asked = before.map { limit.counting(like: $0) } ?? limit
            try session.check(asked)
            let people = try session.peopleConcerned(by: asked)
            guard asked.mode == .enforce, before != nil else { return LimitPreview(people: people, stopped: []) }
            let rules = try session.ledgerRules()
            let accounts = try session.accounts(of: asked, rules, at: now)
            return LimitPreview(people: people, stopped: accounts.filter { $0.available == 0 })
        }
    }

    func create(_ limit: Limit, by actor: Actor) async throws -> Limit {
        try limit.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            try session.check(limit)
            let trail = AuditTrail(session: session, actor: actor, now: now)
            guard let before = try session.retiredLimit(like: limit)?.limit else {
                try session.insert(limit)
                try trail.note(.limitCreated, of: try session.listedLimit(limit.id), after: limit)
                return limit
            }
            let after = limit.counting(like: before)
            try session.flow(before, until: now)
            try session.update(after)
            try trail.note(.limitRestored, of: try session.listedLimit(after.id), before: before, after: after)
            return after
        }
    }

    func change(_ limit: Limit, by actor: Actor) async throws -> Limit {
        try await database.write { [now = time.now()] session in
            let listed = try session.liveLimit(limit.id)
            let before = listed.limit
            let after = limit.counting(like: before)
            try after.flaws.throwIfAny()
            try session.check(after)
            if listed.isOfTier, after.mode != before.mode { throw Flaws([Flaw("mode", .partOfTier)]) }
            try session.flow(before, until: now)
            try session.update(after)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.limitChanged, of: listed, before: before, after: after)
            return after
        }
    }

    func retire(_ id: Limit.ID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            let listed = try session.liveLimit(id)
            if listed.isOfTier { throw Flaws([Flaw("limit", .partOfTier)]) }
            try session.execute("UPDATE quota_limit SET retired_at = $2 WHERE id = $1", id, now)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.limitRetired, of: listed, before: listed.limit, after: nil)
        }
    }

    func key(beginning: String) async throws -> APIKeyID? {
        try await database.read { [now = time.now()] session in
            let found = try session.rows(
                """
                SELECT id FROM api_key
                 WHERE beginning = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
                """, beginning, now)
            return found.count == 1 ? try found[0]["id"] : nil
        }
    }
}

extension ListedLimit {
    fileprivate var isOfTier: Bool { isAllowance && limit.scope == .tier }
}

extension Limit {
    /// With everything that is chosen about it, but counting what `before` counts.
    fileprivate func counting(like before: Limit) -> Limit {
        var limit = before
        limit.amount = amount
        limit.refill = refill
        limit.mode = mode
        limit.schedule = schedule
        limit.pressure = pressure
        limit.elasticCeiling = elasticCeiling
        if elasticCeiling == nil { limit.raisedTo = nil }
        return limit
    }
}

extension AuditTrail {
    fileprivate func note(
        _ action: AuditAction, of limit: ListedLimit?, before: Limit? = nil, after: Limit?
    ) throws {
        guard let limit else { throw NotFound() }
        try note(action, of: limit.limit.id.rawValue, named: limit.title, before: before, after: after)
    }
}

extension ListedLimit {
    /// For the audit log: `Standard: tokens per day`.
    fileprivate var title: String {
        let meter = limit.meter.rawValue.replacing("_", with: " ")
        let window =
            switch limit.window {
            case .perRequest: " per request"
            case .minute, .hour, .day, .week, .month: " per \(limit.window.rawValue)"
            case .bucket: " in a bucket"
            case .lifetime: limit.meter == .concurrent ? "" : " in all"
            }
        return "\(subjectName): \(meter)\(window)" + (modelName.map { " of \($0)" } ?? "")
    }
}
