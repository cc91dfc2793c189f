import Core

struct SQLInvitations: Invitations {
    let database: any SQLDatabase
    let time: any TimeSource

    func invite(_ id: PersonID, by actor: Actor) async throws -> Invitation {
        let token = SecretToken.random()
        return try await database.write { [now = time.now()] session in
            let person = try session.person(id)
            guard !person.isDisabled else { throw NotFound() }
            let end = now.advanced(bySeconds: InvitationRules.linkSeconds)
            try session.execute(
                """
                INSERT INTO invitation (person, token_hash, expires_at) VALUES ($1, $2, $3)
                ON CONFLICT (person) DO UPDATE SET token_hash = $2, expires_at = $3
                """, id, token.rawValue.sha256, end)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.personInvited, of: id.rawValue, named: person.email.rawValue)
            return Invitation(person: person, token: token, expiresAt: end)
        }
    }

    func openUntil(for person: PersonID) async throws -> Timestamp? {
        try await database.read { [now = time.now()] session in
            try session.row(
                "SELECT expires_at FROM invitation WHERE person = $1 AND expires_at > $2 AND expires_at <= $3", person,
                now, now.latestEnd(ofSeconds: InvitationRules.linkSeconds))?["expires_at"]
        }
    }

    func invited(with token: SecretToken) async throws -> Person? {
        try await database.read { [now = time.now()] session in try session.invited(with: token, at: now) }
    }

    func accept(_ token: SecretToken, passwordHash: String) async throws -> Person {
        try await database.write { [now = time.now()] session in
            guard let person = try session.invited(with: token, at: now) else { throw NotFound() }
            try session.setPassword(hash: passwordHash, of: person, ending: .all, by: .person(person.id), at: now)
            return person
        }
    }

    func cleanUp() async throws {
        try await database.write { [now = time.now()] session in
            try session.execute(
                "DELETE FROM invitation WHERE expires_at <= $1 OR expires_at > $2", now,
                now.latestEnd(ofSeconds: InvitationRules.linkSeconds))
        }
    }
}

extension SQLSession {
    fileprivate func invited(with token: SecretToken, at now: Timestamp) throws -> Person? {
        try row(
            """
            SELECT person.* FROM invitation JOIN person ON person.id = invitation.person
            WHERE token_hash = $1 AND expires_at > $2 AND expires_at <= $3 AND is_disabled = 0
            """, token.rawValue.sha256, now, now.latestEnd(ofSeconds: InvitationRules.linkSeconds)
        ).map(Person.init)
    }

    func endInvitation(of person: PersonID) throws {
        try execute("DELETE FROM invitation WHERE person = $1", person)
    }
}
