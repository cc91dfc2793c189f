import Core

struct SQLTiers: Tiers {
    let database: any SQLDatabase
    let time: any TimeSource

    func all() async throws -> [Tier] {
        try await database.read { session in
            try session.rows("SELECT * FROM tier ORDER BY is_retired, name").map { try session.tier($0) }
        }
    }

    func tier(_ id: TierID) async throws -> Tier? {
        try await database.read { session in
            try session.row("SELECT * FROM tier WHERE id = $1", id).map { try session.tier($0) }
        }
    }

    func create(_ settings: Tier.Settings, by actor: Actor) async throws -> Tier {
        try await database.write { [now = time.now()] session in
            try session.createTier(settings, in: session.organization(), by: actor, at: now)
        }
    }

    func change(_ id: TierID, to settings: Tier.Settings, by actor: Actor) async throws -> Tier {
        try settings.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let before = try session.tier(id)
            var after = before
            after.settings = settings
            try session.check(settings, of: id)
            try session.update(after, at: now)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.tierChanged, of: id.rawValue, named: after.name, before: before, after: after)
            return after
        }
    }

    func duplicate(_ id: TierID, by actor: Actor) async throws -> Tier {
        try await database.write { [now = time.now()] session in
            var settings = try session.tier(id).settings
            settings.name = try session.freeTierName(like: settings.name)
            return try session.createTier(settings, in: session.organization(), by: actor, at: now)
        }
    }

    func setRetired(_ isRetired: Bool, _ id: TierID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            let before = try session.tier(id)
            guard before.isRetired != isRetired else { return }
            var after = before
            after.isRetired = isRetired
            try session.update(after, at: now)
            try AuditTrail(session: session, actor: actor, now: now).note(
                isRetired ? .tierRetired : .tierRestored, of: id.rawValue, named: after.name, before: before,
                after: after)
        }
    }

    func preview(_ id: TierID, changedTo settings: Tier.Settings) async throws -> TierPreview {
        try await database.read { [now = time.now()] session in
            _ = try session.tier(id)
            let people: Int = try session.onlyRow(
                "SELECT COUNT(*) AS people FROM person WHERE tier = $1 AND is_disabled = 0", id)["people"]
            let stopped = try session.stopped(by: settings.allowance, in: id, at: now)
            return TierPreview(people: people, stopped: stopped)
        }
    }
}
