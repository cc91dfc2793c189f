import Core

@testable import Web

extension Samples {
    static var keys: [(name: String, page: any Page)] {
        [
            ("account-keys", ownKeys(keyList(rows: keyRows))),
            ("account-keys-empty", ownKeys(keyList())),
            ("account-keys-new", ownKeys(keyList(form: newKey))),
            ("account-keys-edit", ownKeys(keyList(form: changedKey, rows: keyRows))),
            ("account-keys-made", ownKeys(keyList(made: madeKey, rows: keyRows))),
            ("account-keys-revoke", ownKeys(keyList(revoking: revokedKey, rows: keyRows))),
            (
                "admin-person-keys",
                PersonKeysPage(
                    frame: frame("API keys of Maren Voss") { $0.isAdmin = true }, tabs: AdminTab.people.links(words),
                    id: "p1", name: "Maren Voss", title: "API keys of Maren Voss", keys: keyList(rows: keyRows))
            ),
            ("admin-projects", projectsPage(isEmpty: false)), ("admin-projects-empty", projectsPage(isEmpty: true)),
        ]
    }

    private static func ownKeys(_ list: KeyList) -> KeysPage {
        KeysPage(frame: frame("API keys") { $0.isAccount = true }, keys: list)
    }

    private static func keyList(
        made: KeyList.Made? = nil, form: KeyList.Form? = nil, revoking: KeyList.Revoking? = nil,
        rows: [KeyList.Row] = []
    ) -> KeyList {
        KeyList(path: "/account/keys", made: made, form: form, revoking: revoking, rows: rows)
    }

    private static let secret = APIKey.Secret(bits: Array(0..<32))

    private static var keyRows: [KeyList.Row] {
        [key("laptop", isUsed: true), key("an editor with a rather long name, such as people give them", endsIn: 40)]
            .map { KeyList.Row($0, projects: [project.id: project.name], at: now, zone: zone, words) }
            + [key("gone", isRevoked: true), key("over", endsIn: -40)]
            .map { KeyList.Row($0, projects: [:], at: now, zone: zone, words) }
    }

    private static func key(
        _ name: String, endsIn hours: Int64? = nil, isUsed: Bool = false, isRevoked: Bool = false
    ) -> APIKey {
        APIKey(
            person: .random(),
            settings: APIKey.Settings(
                name: name, project: project.id, expiresAt: hours.map { now.advanced(bySeconds: $0 * 3600) },
                allowance: isUsed ? Tier.Allowance(tokensPerDay: 20_000, requestsPerMinute: 1) : Tier.Allowance()),
            beginning: secret.beginning, createdAt: now.advanced(bySeconds: -900_000),
            lastUsedAt: isUsed ? now : nil, revokedAt: isRevoked ? now : nil)
    }

    private static let project = Project(
        id: ProjectID(rawValue: "j1"), organization: .random(), name: "Sentiment of sea shanties", createdAt: now)

    private static var madeKey: KeyList.Made {
        KeyList.Made(
            key("laptop"), secret, at: PublicAddress("https://chat.example.org")!, model: "gpt-4o-mini", words)
    }

    private static var revokedKey: KeyList.Revoking {
        KeyList.Revoking(id: "k1", title: "Revoke laptop (slk_AAEC…)?")
    }

    private static var newKey: KeyList.Form {
        let draft = KeyDraft(name: "", expiresAt: "soon", tokensPerDay: "a lot", submission: "5f")
        let errors = ["name": "This is needed.", "expiresAt": "A day such as 2026-12-31.", "tokensPerDay": "No."]
        return form("New key", draft, errors, button: "Make the key")
    }

    private static var changedKey: KeyList.Form {
        form("Change laptop", KeyDraft(name: "laptop", project: "j1"), [:], button: "Save")
    }

    private static func form(
        _ title: String, _ draft: KeyDraft, _ errors: [String: String], button: String
    ) -> KeyList.Form {
        KeyList.Form(
            title: title, action: "/account/keys", submission: draft.submission, fields: draft.fields(errors, words),
            project: draft.projectChoice([project], error: errors["name"], words),
            limits: draft.limitFields(errors, words), button: button)
    }

    private static func projectsPage(isEmpty: Bool) -> ProjectsPage {
        let form = AdminForm(
            title: "New project", action: "/admin/projects", cancel: "/admin/projects",
            fields: ProjectDraft().fields(["name": "This is needed."], words), choices: [], checks: nil)
        return ProjectsPage(
            frame: frame("Projects") { $0.isAdmin = true }, tabs: AdminTab.projects.links(words),
            form: isEmpty ? form : nil, extras: isEmpty ? extras : nil,
            newLimit: isEmpty ? "/admin/limits?edit=new" : nil,
            rows: isEmpty
                ? []
                : [
                    .init(
                        id: "j1", name: "Thesis", keys: "12", priority: "high", day: "50,000", request: "—",
                        created: moment(hours: -90), isRetired: false),
                    .init(
                        id: "j2", name: "Old", keys: "0", priority: "low", day: "—", request: "4,000",
                        created: moment(hours: -900), isRetired: true),
                ])
    }
}
