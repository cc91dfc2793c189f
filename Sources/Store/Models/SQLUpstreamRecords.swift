import Core

struct SQLUpstreamRecords: UpstreamRecords {
    let database: any SQLDatabase
    let time: any TimeSource

    func all() async throws -> [UpstreamRecord] {
        try await database.read { session in
            try session.rows("SELECT * FROM upstream ORDER BY name").map(UpstreamRecord.init)
        }
    }

    func endpoint(of upstream: UpstreamID) async throws -> UpstreamEndpoint? {
        try await database.read { session in
            try session.row("SELECT base_url, api_key FROM upstream WHERE id = $1", upstream).map { row in
                UpstreamEndpoint(baseURL: try row["base_url"], apiKey: try row["api_key"])
            }
        }
    }

    func create(_ draft: UpstreamRecord.Draft, by actor: Actor) async throws -> UpstreamRecord {
        try draft.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            try session.requireFree(draft.name, for: nil)
            let key = draft.key.applied(to: nil, addressChanges: true)
            let record = UpstreamRecord(
                id: .random(), organization: try session.organization().id, name: draft.name, baseURL: draft.baseURL,
                hasKey: key != nil)
            try session.execute(
                """
                INSERT INTO upstream (id, organization, name, base_url, api_key, created_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """, record.id, record.organization, record.name, record.baseURL, key, now)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.upstreamCreated, of: record.id.rawValue, named: record.name, after: record)
            return record
        }
    }

    func change(
        _ id: UpstreamID, to draft: UpstreamRecord.Draft, by actor: Actor
    ) async throws -> UpstreamRecord {
        try draft.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            guard let row = try session.row("SELECT * FROM upstream WHERE id = $1", id) else { throw NotFound() }
            try session.requireFree(draft.name, for: id)
            let before = try UpstreamRecord(row)
            let key = draft.key.applied(to: try row["api_key"], addressChanges: before.baseURL != draft.baseURL)
            let after = UpstreamRecord(
                id: id, organization: before.organization, name: draft.name, baseURL: draft.baseURL, hasKey: key != nil)
            try session.execute(
                "UPDATE upstream SET name = $2, base_url = $3, api_key = $4 WHERE id = $1", id, after.name,
                after.baseURL, key)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(.upstreamChanged, of: id.rawValue, named: after.name, before: before, after: after)
            return after
        }
    }
}

extension UpstreamRecord {
    fileprivate init(_ row: SQLRow) throws {
        let key: String? = try row["api_key"]
        self.init(
            id: try row["id"], organization: try row["organization"], name: try row["name"],
            baseURL: try row["base_url"], hasKey: key != nil)
    }
}

extension UpstreamRecord.KeyChange {
    /// A key that is kept is kept only for the address that it was given for.
    fileprivate func applied(to key: String?, addressChanges: Bool) -> String? {
        switch self {
        case .keep: addressChanges ? nil : key
        case .clear: nil
        case .replace(let newKey): newKey
        }
    }
}

extension SQLSession {
    fileprivate func requireFree(_ name: String, for upstream: UpstreamID?) throws {
        let namesake = try row("SELECT id FROM upstream WHERE name = $1", name)
        if let namesake, try namesake["id"] != upstream { throw Flaws([Flaw("name", .taken)]) }
    }
}
