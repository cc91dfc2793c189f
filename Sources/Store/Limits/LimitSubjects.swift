import Core

/// Who is meant by a name in a plan.
struct LimitSubjects {
    /// Somebody or something whose limits a plan can say.
    struct Named {
        let id: String
        let name: String
    }

    enum Found {
        case one(Named)
        case nobody
        /// Several differ from the name in case only, and none is exactly it.
        case several([String])
    }

    let organization: Organization
    let projects: [Project]
    let tiers: [Named]
    let models: [Named]
    /// The models that are not retired.
    let openModels: Set<ModelID>
    let keys: [(key: Named, beginning: String)]

    init(_ session: any SQLSession) throws {
        organization = try session.organization()
        projects = try session.rows("SELECT * FROM project ORDER BY name").map(Project.init)
        tiers = try session.rows("SELECT id, name FROM tier ORDER BY name").map(Named.init)
        models = try session.rows("SELECT id, name FROM model ORDER BY name").map(Named.init)
        openModels = Set(
            try session.rows("SELECT id FROM model WHERE is_retired = 0").map { try $0["id"] as ModelID })
        keys = try session.rows(
            "SELECT id, id AS name, beginning FROM api_key WHERE revoked_at IS NULL ORDER BY created_at, id"
        ).map { (try Named($0), try $0["beginning"]) }
    }

    func find(_ subject: LimitPlan.Subject, in session: any SQLSession) throws -> Found {
        switch subject.scope {
        case .organization, .request: .one(Named(id: organization.id.rawValue, name: ""))
        case .project: Self.find(subject.name, among: projects.map { Named(id: $0.id.rawValue, name: $0.name) })
        case .tier: Self.find(subject.name, among: tiers)
        case .model: Self.find(subject.name, among: models)
        case .key: key(subject.name)
        case .person: try person(subject.name, in: session)
        }
    }

    func model(_ name: String) -> Found { Self.find(name, among: models) }

    /// Exactly the name, or else the only one that differs from it in case alone.
    private static func find(_ name: String, among all: [Named]) -> Found {
        if let exact = all.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return .one(exact) }
        let similar = all.filter { $0.name.lowercased() == name.lowercased() }
        if similar.count > 1 { return .several(similar.map(\.name)) }
        return similar.first.map { .one($0) } ?? .nobody
    }

    /// By its id, or by its beginning as the pages show it, with or without the dots behind it.
    private func key(_ name: String) -> Found {
        let matching = keys.filter { key, beginning in
            key.id == name || beginning == name || beginning == name + "…"
        }
        if matching.count > 1 { return .several(matching.map(\.key.id)) }
        return matching.first.map { .one($0.key) } ?? .nobody
    }

    private func person(_ name: String, in session: any SQLSession) throws -> Found {
        guard let email = EmailAddress(rawValue: name) else { return .nobody }
        let row = try session.row("SELECT id, email AS name FROM person WHERE email = $1", email.rawValue)
        return try row.map { .one(try Named($0)) } ?? .nobody
    }
}

extension LimitSubjects.Named {
    init(_ row: SQLRow) throws {
        self.init(id: try row["id"], name: try row["name"])
    }
}

extension Limit.Scope {
    /// How somebody of this scope is called in a list of changes.
    func title(of name: String) -> String {
        switch self {
        case .organization: "organization"
        case .project: "project \(name)"
        case .tier: "tier \(name)"
        case .person: "person \(name)"
        case .key: "key \(name)"
        case .model: "model \(name)"
        case .request: "each request"
        }
    }
}
