import Core

struct SQLGrants: Grants {
    let database: any SQLDatabase
    let time: any TimeSource

    func all(of holder: Grant.Holder) async throws -> [Pot] {
        try await database.read { [now = time.now()] session in
            try session.rows(
                """
                \(Pot.selection) WHERE g.scope = $1 AND g.holder = $2
                ORDER BY CASE WHEN g.expires_at > $3 THEN 0 ELSE 1 END, g.expires_at DESC, g.id
                """, holder.scope, holder.subject, now
            ).map(Pot.init)
        }
    }

    func running() async throws -> [Pot] {
        try await database.read { [now = time.now()] session in
            try session.rows("\(Pot.selection) WHERE g.expires_at > $1 ORDER BY g.expires_at, g.id", now).map(Pot.init)
        }
    }

    func add(_ draft: Grant.Draft, to holder: Grant.Holder, by actor: Actor) async throws -> Grant {
        try draft.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let name = try session.name(of: holder)
            guard draft.expiresAt > now else { throw Flaws([Flaw("expiresAt", .inThePast)]) }
            let grant = Grant(
                holder: holder, meter: draft.meter, amount: draft.amount, reason: draft.reason, createdAt: now,
                expiresAt: draft.expiresAt)
            try session.insert(grant)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.grantAdded, of: holder.subject, named: name, after: grant)
            return grant
        }
    }

    func revoke(_ grant: Grant.ID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            let row = try session.row("\(Pot.selection) WHERE g.id = $1 AND g.expires_at > $2", grant, now)
            guard let row else { throw NotFound() }
            let before = try Pot(row).grant
            var after = before
            after.expiresAt = now
            try session.execute("UPDATE quota_grant SET expires_at = $2 WHERE id = $1", grant, now)
            try session.execute("UPDATE account SET resets_at = $2 WHERE grant_id = $1", grant, now)
            try AuditTrail(session: session, actor: actor, now: now).note(
                .grantRevoked, of: before.holder.subject, named: session.name(of: before.holder), before: before,
                after: after)
        }
    }
}

extension SQLSession {
    /// What the holder is called, for the audit log.
    ///
    /// - Throws: `NotFound`.
    fileprivate func name(of holder: Grant.Holder) throws -> String {
        let row = try row(
            """
            SELECT email AS name FROM person WHERE $1 = 'person' AND id = $2
            UNION ALL SELECT name FROM project WHERE $1 = 'project' AND id = $2
            UNION ALL SELECT name FROM organization WHERE $1 = 'organization' AND id = $2
            """, holder.scope, holder.subject)
        guard let row else { throw NotFound() }
        return try row["name"]
    }

    func insert(_ grant: Grant) throws {
        try execute(
            """
            INSERT INTO quota_grant (id, scope, holder, meter, amount, reason, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            grant.id, grant.holder.scope, grant.holder.subject, grant.meter, grant.amount, grant.reason,
            grant.createdAt, grant.expiresAt)
        try execute(
            "INSERT INTO account (grant_id, holder, window_start, resets_at) VALUES ($1, $2, $3, $4)",
            grant.id, grant.holder.subject, grant.createdAt, grant.expiresAt)
    }
}
