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

    /// All of one kind, in the order of their names.
    struct Names {
        let all: [Named]
        private let exact: [String: [Named]]
        private let folded: [String: [Named]]

        init(_ all: [Named]) {
            self.all = all
            exact = Dictionary(grouping: all, by: \.name)
            folded = Dictionary(grouping: all) { $0.name.lowercased() }
        }

        /// Exactly the name, or else the only one that differs from it in case alone.
        func find(_ name: String) -> Found {
            let found = exact[name] ?? folded[name.lowercased()] ?? []
            if found.count > 1 { return .several(found.map(\.name)) }
            return found.first.map { .one($0) } ?? .nobody
        }
    }

    let organization: Organization
    /// Of the projects, by their ids.
    let priorities: [String: Priority]
    let projects: Names
    let tiers: Names
    let models: Names
    /// The models that are not retired.
    let openModels: Set<ModelID>
    /// The ids of those that are not revoked.
    let keys: [String]
    /// The same by their ids, and by their beginnings as the pages show them, with and without the dots behind them.
    private let keysByName: [String: [String]]
    private let modelNames: [String: String]

    init(_ session: any SQLSession) throws {
        organization = try session.organization()
        let projects = try session.rows("SELECT * FROM project ORDER BY name").map { try session.project($0) }
        priorities = Dictionary(uniqueKeysWithValues: projects.map { ($0.id.rawValue, $0.priority) })
        self.projects = Names(projects.map { Named(id: $0.id.rawValue, name: $0.name) })
        tiers = Names(try session.rows("SELECT id, name FROM tier ORDER BY name").map(Named.init))
        models = Names(try session.rows("SELECT id, name FROM model ORDER BY name").map(Named.init))
        modelNames = Dictionary(uniqueKeysWithValues: models.all.map { ($0.id, $0.name) })
        openModels = Set(
            try session.rows("SELECT id FROM model WHERE is_retired = 0").map { try $0["id"] as ModelID })
        let keys = try session.rows(
            "SELECT id, beginning FROM api_key WHERE revoked_at IS NULL ORDER BY created_at, id")
        self.keys = try keys.map { try $0["id"] }
        keysByName = try keys.reduce(into: [:]) { names, row in
            let (id, beginning): (String, String) = (try row["id"], try row["beginning"])
            for name in [id, beginning, beginning.replacing("…", with: "")] { names[name, default: []].append(id) }
        }
    }

    func name(of model: ModelID) -> String { modelNames[model.rawValue] ?? model.rawValue }

    func find(_ subject: LimitPlan.Subject, in session: any SQLSession) throws -> Found {
        switch subject.scope {
        case .organization, .request: .one(Named(id: organization.id.rawValue, name: ""))
        case .project: projects.find(subject.name)
        case .tier: tiers.find(subject.name)
        case .model: models.find(subject.name)
        case .key: key(subject.name)
        case .person: try person(subject.name, in: session)
        }
    }

    private func key(_ name: String) -> Found {
        let found = keysByName[name] ?? []
        if found.count > 1 { return .several(found) }
        return found.first.map { .one(Named(id: $0, name: $0)) } ?? .nobody
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
