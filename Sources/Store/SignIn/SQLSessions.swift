import Core

struct SQLSessions: Sessions {
    let database: any SQLDatabase
    let time: any TimeSource

    /// A session that was seen so recently is not written again: most requests only read.
    private static let exactnessSeconds: Int64 = 60
    /// How long somebody who only reads waits for a store that others keep locked.
    private static let patience: Duration = .milliseconds(500)

    func begin(for person: PersonID, on client: SessionClient) async throws -> SecretToken {
        let token = SecretToken.random()
        try await database.write { [now = time.now()] session in
            guard try !session.person(person).isDisabled else { throw NotFound() }
            try session.execute(
                """
                INSERT INTO session (id, token_hash, person, created_at, last_seen_at, address, user_agent)
                VALUES ($1, $2, $3, $4, $4, $5, $6)
                """,
                SessionID.random(), token.rawValue.sha256, person, now, client.address, client.userAgent)
        }
        return token
    }

    func signedIn(with token: SecretToken) async throws -> SignedIn? {
        let now = time.now()
        let found = try await database.look { session in try session.signedIn(token.rawValue.sha256, at: now) }
        if let (signedIn, lastSeenAt) = found, isStale(lastSeenAt, at: now) {
            await briefly(Self.patience) { await touch(signedIn.session.id, at: now) }
        }
        return found?.signedIn
    }

    private func isStale(_ lastSeenAt: Timestamp, at now: Timestamp) -> Bool {
        lastSeenAt.advanced(bySeconds: Self.exactnessSeconds) <= now || lastSeenAt.isAhead(of: now)
    }

    /// A store that cannot be written, such as on a full disk, signs nobody out: they may still read.
    private func touch(_ id: SessionID, at now: Timestamp) async {
        _ = try? await database.write { session in
            try session.rewindSessions(at: now)
            try session.execute("UPDATE session SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2", id, now)
        }
    }

    func all(of person: PersonID) async throws -> [Session] {
        try await database.read { [now = time.now()] session in
            let isAdmin = try session.person(person).isAdmin
            return try session.rows("SELECT * FROM session WHERE person = $1 ORDER BY last_seen_at DESC, id", person)
                .map { try Session($0, isAdmin: isAdmin, at: now) }
                .filter { $0.expiresAt > now }
        }
    }

    func revoke(_ id: SessionID, of person: PersonID) async throws {
        try await database.write { session in
            let revoked = try session.execute("DELETE FROM session WHERE id = $1 AND person = $2", id, person)
            if revoked == 0 { throw NotFound() }
        }
    }

    func revokeAll(of person: PersonID, except kept: SessionID?) async throws {
        try await database.write { session in try session.endSessions(of: person, except: kept) }
    }

    func cleanUp() async throws {
        try await database.write { [now = time.now()] session in
            try session.rewindSessions(at: now)
            try session.execute(
                """
                DELETE FROM session WHERE created_at <= $1 OR last_seen_at <= $2
                    OR (last_seen_at <= $3 AND person IN (SELECT id FROM person WHERE is_admin = 1))
                """,
                now.advanced(bySeconds: -SessionRules.absoluteSeconds),
                now.advanced(bySeconds: -SessionRules.idleSeconds),
                now.advanced(bySeconds: -SessionRules.adminIdleSeconds))
        }
    }
}

extension SQLSession {
    /// - Returns: who it is, and when they were last seen as it is stored.
    fileprivate func signedIn(
        _ tokenHash: String, at now: Timestamp
    ) throws -> (signedIn: SignedIn, lastSeenAt: Timestamp)? {
        guard let row = try row("SELECT * FROM session WHERE token_hash = $1", tokenHash) else { return nil }
        let person = try person(row["person"])
        let session = try Session(row, isAdmin: person.isAdmin, at: now)
        guard !person.isDisabled, session.expiresAt > now else { return nil }
        return (SignedIn(person: person, session: session), try row["last_seen_at"])
    }

    /// What was begun or used by a clock that was ahead counts as begun or used now: nobody is signed out for it, and
    /// nobody stays signed in until the clock shows that time again.
    fileprivate func rewindSessions(at now: Timestamp) throws {
        try execute(
            """
            UPDATE session SET last_seen_at = $1, created_at = CASE WHEN created_at > $1 THEN $1 ELSE created_at END
            WHERE last_seen_at > $2
            """, now, now.advanced(bySeconds: ClockError.toleratedSeconds))
    }
}

extension Session {
    fileprivate init(_ row: SQLRow, isAdmin: Bool, at now: Timestamp) throws {
        let createdAt = min(try row["created_at"], now)
        let lastSeenAt = min(try row["last_seen_at"], now)
        self.init(
            id: try row["id"], person: try row["person"], createdAt: createdAt, lastSeenAt: lastSeenAt,
            expiresAt: SessionRules.expiry(createdAt: createdAt, lastSeenAt: lastSeenAt, isAdmin: isAdmin),
            client: SessionClient(address: try row["address"], userAgent: try row["user_agent"]))
    }
}
