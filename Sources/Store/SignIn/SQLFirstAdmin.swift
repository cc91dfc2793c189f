import Core

struct SQLFirstAdmin: FirstAdmin {
    let database: any SQLDatabase
    let time: any TimeSource

    func invite() async throws -> SecretToken? {
        let token = SecretToken.random()
        return try await database.write { [now = time.now()] session in
            try session.execute("DELETE FROM first_admin_link")
            if try session.hasAdmin() { return nil }
            try session.execute(
                "INSERT INTO first_admin_link (token_hash, expires_at) VALUES ($1, $2)", token.rawValue.sha256,
                now.advanced(bySeconds: FirstAdminRules.linkSeconds))
            return token
        }
    }

    func isOpen(_ token: SecretToken) async throws -> Bool {
        try await database.read { [now = time.now()] session in try session.isOpen(token, at: now) }
    }

    func accept(
        _ token: SecretToken, email: String, displayName: String, passwordHash: String
    ) async throws -> Person {
        try await database.write { [now = time.now()] session in
            guard try session.isOpen(token, at: now) else { throw NotFound() }
            let draft = Person.Draft(
                email: email, displayName: displayName, tier: try session.firstTier(), isAdmin: true)
            try draft.flaws.throwIfAny()
            let person = try session.insert(draft, passwordHash: passwordHash, at: now)
            try session.execute("DELETE FROM first_admin_link")
            try AuditTrail(session: session, actor: .program, now: now).note(.personAdded, of: person, before: nil)
            return person
        }
    }
}

extension SQLSession {
    fileprivate func isOpen(_ token: SecretToken, at now: Timestamp) throws -> Bool {
        let link = try row(
            """
            SELECT expires_at FROM first_admin_link WHERE token_hash = $1 AND expires_at > $2 AND expires_at <= $3
            """, token.rawValue.sha256, now, now.latestEnd(ofSeconds: FirstAdminRules.linkSeconds))
        return try link != nil && !hasAdmin()
    }

    /// The oldest tier that takes people.
    fileprivate func firstTier() throws -> TierID {
        try onlyRow("SELECT id FROM tier WHERE is_retired = 0 ORDER BY created_at, id LIMIT 1")["id"]
    }
}
