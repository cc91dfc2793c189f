import Core

/// A project as it was typed. The fields are called as `Project.Draft` calls them.
struct ProjectDraft: Sendable, Decodable {
    var name = ""

    var draft: Project.Draft { Project.Draft(name: name.trimmed) }

    func fields(_ errors: [String: String], _ words: Words) -> [Field] {
        [Field("name", words("Name"), value: name, error: errors["name"], isRequired: true)]
    }
}
