import Core

struct SQLGrants: Grants {
    let database: any SQLDatabase
    let time: any TimeSource

    func all(of person: PersonID) async throws -> [Grant] {
        try await database.read { [now = time.now()] session in
            try session.rows(
                """
                SELECT * FROM quota_grant WHERE holder = $1
                ORDER BY CASE WHEN expires_at > $2 THEN 0 ELSE 1 END, expires_at DESC, id
                """, person, now
            ).map(Grant.init)
        }
    }

    func add(_ draft: Grant.Draft, to person: PersonID, by actor: Actor) async throws -> Grant {
        try draft.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let person = try session.person(person)
            let grant = try session.grant(draft, to: person, at: now)
            try session.insert(grant)
            try AuditTrail(session: session, actor: actor, now: now).note(
                .grantAdded, of: person.id.rawValue, named: person.email.rawValue, after: grant)
            return grant
        }
    }

    func revoke(_ grant: Grant.ID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            guard let row = try session.row("SELECT * FROM quota_grant WHERE id = $1 AND expires_at > $2", grant, now)
            else { throw NotFound() }
            let before = try Grant(row)
            var after = before
            after.expiresAt = now
            try session.execute("UPDATE quota_grant SET expires_at = $2 WHERE id = $1", grant, now)
            let person = try session.person(PersonID(rawValue: before.holder))
            try AuditTrail(session: session, actor: actor, now: now).note(
                .grantRevoked, of: person.id.rawValue, named: person.email.rawValue, before: before, after: after)
        }
    }
}

extension SQLSession {
    /// The grant that `draft` asks for, on the limit of the tier that the person is in.
    fileprivate func grant(_ draft: Grant.Draft, to person: Person, at now: Timestamp) throws -> Grant {
        guard draft.expiresAt > now else { throw Flaws([Flaw("expiresAt", .inThePast)]) }
        let part = AllowancePart(meter: .tokens, window: draft.window)
        guard let limit = try limit(part, of: .tier(person.tier), liveOnly: true) else {
            throw Flaws([Flaw("window", .unknown)])
        }
        return Grant(
            limit: limit, holder: person.id.rawValue, amount: draft.amount, reason: draft.reason, createdAt: now,
            expiresAt: draft.expiresAt)
    }

    fileprivate func insert(_ grant: Grant) throws {
        try execute(
            """
            INSERT INTO quota_grant (id, limit_id, holder, amount, reason, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            grant.id, grant.limit, grant.holder, grant.amount, grant.reason, grant.createdAt, grant.expiresAt)
    }
}

extension Grant {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], limit: try row["limit_id"], holder: try row["holder"], amount: try row["amount"],
            reason: try row["reason"], createdAt: try row["created_at"], expiresAt: try row["expires_at"])
    }
}
