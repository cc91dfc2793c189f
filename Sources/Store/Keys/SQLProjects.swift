import Core

struct SQLProjects: Projects {
    let database: any SQLDatabase
    let time: any TimeSource

    func all() async throws -> [Project] {
        try await database.read { session in
            try session.rows(
                "SELECT * FROM project ORDER BY CASE WHEN retired_at IS NULL THEN 0 ELSE 1 END, name"
            ).map { try session.project($0) }
        }
    }

    func liveKeys() async throws -> [ProjectID: Int] {
        try await database.read { [now = time.now()] session in
            let rows = try session.rows(
                """
                SELECT k.project AS project, COUNT(*) AS live_keys
                  FROM api_key k JOIN person p ON p.id = k.person
                 WHERE k.project IS NOT NULL AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $1)
                   AND p.is_disabled = 0
                 GROUP BY k.project
                """, now)
            return Dictionary(uniqueKeysWithValues: try rows.map { (try $0["project"], try $0["live_keys"]) })
        }
    }

    func create(_ draft: Project.Draft, by actor: Actor) async throws -> Project {
        try draft.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            try session.check(draft, of: nil)
            let project = Project(
                organization: try session.organization().id, name: draft.name, priority: draft.priority,
                allowance: draft.allowance, createdAt: now)
            try session.insert(project)
            try AuditTrail(session: session, actor: actor, now: now).note(.projectCreated, of: project, before: nil)
            return project
        }
    }

    func change(_ id: ProjectID, to draft: Project.Draft, by actor: Actor) async throws -> Project {
        try draft.flaws.throwIfAny()
        return try await database.write { [now = time.now()] session in
            let before = try session.project(id)
            try session.check(draft, of: id)
            var after = before
            after.name = draft.name
            after.priority = draft.priority
            after.allowance = draft.allowance
            try session.update(after)
            try session.setAllowance(after.allowance, of: id, at: now)
            try AuditTrail(session: session, actor: actor, now: now).note(.projectChanged, of: after, before: before)
            return after
        }
    }

    func setRetired(_ isRetired: Bool, _ id: ProjectID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            let before = try session.project(id)
            guard before.isRetired != isRetired else { return }
            var after = before
            after.retiredAt = isRetired ? now : nil
            try session.update(after)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(isRetired ? .projectRetired : .projectRestored, of: after, before: before)
        }
    }
}

extension SQLSession {
    /// Whether it takes new keys.
    func isOpenProject(_ id: ProjectID) throws -> Bool {
        try row("SELECT id FROM project WHERE id = $1 AND retired_at IS NULL", id) != nil
    }

    /// - Throws: `NotFound`.
    fileprivate func project(_ id: ProjectID) throws -> Project {
        guard let row = try row("SELECT * FROM project WHERE id = $1", id) else { throw NotFound() }
        return try project(row)
    }

    /// The project of a row, with its limits.
    func project(_ row: SQLRow) throws -> Project {
        let id: ProjectID = try row["id"]
        return Project(
            id: id, organization: try row["organization"], name: try row["name"], priority: try row["priority"],
            allowance: try allowance(of: id), createdAt: try row["created_at"], retiredAt: try row["retired_at"])
    }

    /// - Throws: `Flaws` when another project has the name.
    fileprivate func check(_ draft: Project.Draft, of project: ProjectID?) throws {
        let namesake = try row("SELECT id FROM project WHERE name = $1", draft.name)
        if let namesake, try namesake["id"] != project { throw Flaws([Flaw("name", .taken)]) }
    }

    func insert(_ project: Project) throws {
        try execute(
            "INSERT INTO project (id, organization, name, priority, created_at) VALUES ($1, $2, $3, $4, $5)",
            project.id, project.organization, project.name, project.priority, project.createdAt)
        try setAllowance(project.allowance, of: project.id, at: project.createdAt)
    }

    fileprivate func update(_ project: Project) throws {
        try execute(
            "UPDATE project SET name = $2, priority = $3, retired_at = $4 WHERE id = $1",
            project.id, project.name, project.priority, project.retiredAt)
    }
}

extension AuditTrail {
    func note(_ action: AuditAction, of project: Project, before: Project?) throws {
        try note(action, of: project.id.rawValue, named: project.name, before: before, after: project)
    }
}
