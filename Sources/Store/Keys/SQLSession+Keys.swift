import Core

extension SQLSession {
    /// Whom a request with this secret comes from, and when the key was used before: one look-up by the hash.
    func use(of secret: APIKey.Secret, at now: Timestamp) throws -> (holder: KeyHolder, lastUsedAt: Timestamp?)? {
        let row = try row(
            """
            SELECT k.id AS api_key, k.project AS project, k.last_used_at AS last_used_at, p.*
              FROM api_key k JOIN person p ON p.id = k.person
             WHERE k.secret_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)
               AND p.is_disabled = 0
            """, secret.rawValue.sha256, now)
        guard let row else { return nil }
        let holder = KeyHolder(person: try Person(row), key: try row["api_key"], project: try row["project"])
        return (holder, try row["last_used_at"])
    }

    /// The key of a row, with its limits.
    func key(_ row: SQLRow) throws -> APIKey {
        let id: APIKeyID = try row["id"]
        return APIKey(
            id: id, person: try row["person"],
            settings: APIKey.Settings(
                name: try row["name"], project: try row["project"], expiresAt: try row["expires_at"],
                allowance: try allowance(of: .key(id))),
            beginning: try row["beginning"], createdAt: try row["created_at"], lastUsedAt: try row["last_used_at"],
            revokedAt: try row["revoked_at"])
    }

    /// - Returns: nil where the secret is new.
    /// - Throws: `NotFound` when it is another person's.
    func key(with secret: APIKey.Secret, of person: Person) throws -> APIKey? {
        let row = try row("SELECT * FROM api_key WHERE secret_hash = $1", secret.rawValue.sha256)
        guard let key = try row.map({ try key($0) }) else { return nil }
        guard key.person == person.id else { throw NotFound() }
        return key
    }

    /// - Throws: `NotFound`.
    func unrevokedKey(_ id: APIKeyID, of person: PersonID) throws -> APIKey {
        let row = try row(
            "SELECT * FROM api_key WHERE id = $1 AND person = $2 AND revoked_at IS NULL", id, person)
        guard let row else { throw NotFound() }
        return try key(row)
    }

    /// - Throws: `Flaws` when the person has as many live keys as one may have.
    func requireRoom(for person: Person, at now: Timestamp) throws {
        let live: Int = try onlyRow(
            """
            SELECT COUNT(*) AS live FROM api_key
            WHERE person = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
            """, person.id, now)["live"]
        let most = APIKey.mostOfAPerson
        if live >= most { throw Flaws([Flaw("name", .tooMany(most: most))]) }
    }

    /// What a key has already it may keep: a project that was retired since, an expiry that has passed.
    ///
    /// - Throws: `Flaws`.
    func check(_ settings: APIKey.Settings, replacing before: APIKey.Settings?, at now: Timestamp) throws {
        var flaws: [Flaw] = []
        if let project = settings.project, try project != before?.project && !isOpenProject(project) {
            flaws.append(Flaw("project", .unknown))
        }
        if let expiresAt = settings.expiresAt, expiresAt <= now, expiresAt != before?.expiresAt {
            flaws.append(Flaw("expiresAt", .inThePast))
        }
        try Flaws(flaws).throwIfAny()
    }

    func insert(_ key: APIKey, secret: APIKey.Secret) throws {
        try execute(
            """
            INSERT INTO api_key (id, secret_hash, beginning, person, project, name, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            key.id, secret.rawValue.sha256, key.beginning, key.person, key.settings.project, key.settings.name,
            key.createdAt, key.settings.expiresAt)
        try setAllowance(key.settings.allowance, of: .key(key.id), at: key.createdAt)
    }

    /// All but its limits.
    func update(_ key: APIKey) throws {
        try execute(
            "UPDATE api_key SET project = $2, name = $3, expires_at = $4, revoked_at = $5 WHERE id = $1",
            key.id, key.settings.project, key.settings.name, key.settings.expiresAt, key.revokedAt)
    }
}
