import Core

struct SQLAuditLog: AuditLog {
    let database: any SQLDatabase
    let time: any TimeSource

    func entries(_ query: AuditQuery) async throws -> [AuditEntry] {
        var filter = SQLFilter()
        filter.require(query.actor) { "actor = \($0)" }
        filter.require(query.action) { "action = \($0)" }
        filter.require(query.subject) { "subject = \($0)" }
        filter.require(query.from) { "at >= \($0)" }
        filter.require(query.until) { "at < \($0)" }
        filter.require(query.before) { "id < \($0)" }
        let count = filter.bind(query.count.asLimit)
        let sql = "SELECT * FROM audit \(filter.clause) ORDER BY id DESC LIMIT \(count)"
        return try await database.read { [arguments = filter.arguments] session in
            try session.rows(sql, with: arguments).map(AuditEntry.init)
        }
    }

    func note(_ action: AuditAction, of person: PersonID, by actor: Actor) async throws {
        try await database.write { [now = time.now()] session in
            let subject = try session.person(person)
            try AuditTrail(session: session, actor: actor, now: now)
                .note(action, of: person.rawValue, named: subject.email.rawValue)
        }
    }

    func verify() async throws -> AuditVerdict {
        try await database.read { session in try session.auditVerdict() }
    }
}

extension SQLSession {
    /// Reads the whole log, a part at a time.
    func auditVerdict() throws -> AuditVerdict {
        var previous = ""
        var last: Int64 = 0
        while true {
            let rows = try rows("SELECT * FROM audit WHERE id > $1 ORDER BY id LIMIT 500", last)
            if rows.isEmpty { return .intact(entries: last) }
            for row in rows {
                let hash: String = try row["hash"]
                last += 1
                guard let entry = try? AuditEntry(row), entry.id == last, entry.hash(after: previous) == hash else {
                    return .broken(at: last)
                }
                previous = hash
            }
        }
    }
}

extension AuditEntry {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            id: try row["id"], at: try row["at"], actor: try Actor(row), actorName: try row["actor_name"],
            action: try row["action"], subject: try row["subject"], subjectName: try row["subject_name"],
            before: try row["before"], after: try row["after"])
    }
}

extension Actor {
    fileprivate init(_ row: SQLRow) throws {
        let kind: String = try row["actor_kind"]
        switch kind {
        case "person": self = .person(try row["actor"])
        case "shell": self = .shell
        default: self = .program
        }
    }
}
