import Core

struct SQLAPIKeys: APIKeys {
    let database: any SQLDatabase
    let time: any TimeSource

    /// A use that follows another so closely is not written: most requests only read.
    private static let exactnessSeconds: Int64 = 60
    /// How long somebody who only reads waits for a store that others keep locked.
    private static let patience: Duration = .milliseconds(500)

    func holder(of secret: String) async throws -> KeyHolder? {
        guard let secret = APIKey.Secret(rawValue: secret) else { return nil }
        let now = time.now()
        let use = try await database.look { session in try session.use(of: secret, at: now) }
        guard let (holder, lastUsedAt) = use else { return nil }
        let stale = now.advanced(bySeconds: -Self.exactnessSeconds)
        if lastUsedAt.map({ $0 <= stale || $0.isAhead(of: now) }) != false {
            await briefly(Self.patience) { await touch(holder.key, at: now, unlessAfter: stale) }
        }
        return holder
    }

    /// A store that cannot be written, such as on a full disk, shuts nobody out.
    private func touch(_ id: APIKeyID, at now: Timestamp, unlessAfter stale: Timestamp) async {
        _ = try? await database.write { session in
            try session.execute(
                """
                UPDATE api_key SET last_used_at = $2
                WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3 OR last_used_at > $4)
                """, id, now, stale, now.advanced(bySeconds: ClockError.toleratedSeconds))
        }
    }

    func all(of person: PersonID) async throws -> [APIKey] {
        try await database.read { [now = time.now()] session in
            try session.rows(
                """
                SELECT * FROM api_key WHERE person = $1
                ORDER BY CASE WHEN revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) THEN 0 ELSE 1 END,
                    created_at DESC, id
                """, person, now
            ).map { try session.key($0) }
        }
    }

    func key(_ id: APIKeyID) async throws -> APIKey? {
        try await database.read { session in
            try session.row("SELECT * FROM api_key WHERE id = $1", id).map { try session.key($0) }
        }
    }

    func create(
        _ settings: APIKey.Settings, secret: APIKey.Secret, for person: PersonID, by actor: Actor
    ) async throws -> APIKey {
        try settings.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let person = try session.person(person)
            if let made = try session.key(with: secret, of: person) { return made }
            try session.requireRoom(for: person, at: now)
            try session.check(settings, replacing: nil, at: now)
            let key = APIKey(person: person.id, settings: settings, beginning: secret.beginning, createdAt: now)
            try session.insert(key, secret: secret)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.keyCreated, of: person, before: nil, after: key)
            return key
        }
    }

    func change(
        _ id: APIKeyID, of person: PersonID, to settings: APIKey.Settings, by actor: Actor
    ) async throws -> APIKey {
        try settings.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let before = try session.unrevokedKey(id, of: person)
            try session.check(settings, replacing: before.settings, at: now)
            var after = before
            after.settings = settings
            try session.update(after)
            try session.setAllowance(settings.allowance, of: .key(id), at: now)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.keyChanged, of: session.person(person), before: before, after: after)
            return after
        }
    }

    func revoke(_ id: APIKeyID, of person: PersonID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            let before = try session.unrevokedKey(id, of: person)
            var after = before
            after.revokedAt = now
            try session.update(after)
            try session.setAllowance(Tier.Allowance(), of: .key(id), at: now)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.keyRevoked, of: session.person(person), before: before, after: after)
        }
    }
}

extension AuditTrail {
    /// Filed under the person, as everything that concerns them.
    fileprivate func note(_ action: AuditAction, of person: Person, before: APIKey?, after: APIKey) throws {
        try note(action, of: person.id.rawValue, named: person.email.rawValue, before: before, after: after)
    }
}
