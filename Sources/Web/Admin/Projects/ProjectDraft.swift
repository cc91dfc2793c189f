import Core

/// A project as it was typed. The fields are called as `Project.Draft` calls them; an empty limit is none.
struct ProjectDraft: Sendable, Decodable {
    var name = ""
    var priority = Priority.normal.rawValue
    var tokensPerDay = ""
    var tokensPerRequest = ""

    init() {}

    init(_ project: Project) {
        name = project.name
        priority = project.priority.rawValue
        tokensPerDay = project.allowance.tokensPerDay.map(String.init) ?? ""
        tokensPerRequest = project.allowance.tokensPerRequest.map(String.init) ?? ""
    }

    /// - Throws: `Flaws` of all fields together.
    func draft() throws(Flaws) -> Project.Draft {
        var typed = TypedFields()
        let draft = Project.Draft(
            name: name.trimmed, priority: Priority(rawValue: priority) ?? .normal,
            allowance: Project.Allowance(
                tokensPerDay: typed.wholeOrNone(tokensPerDay, "tokensPerDay"),
                tokensPerRequest: typed.wholeOrNone(tokensPerRequest, "tokensPerRequest")))
        try typed.throwIfAny(and: draft.flaws)
        return draft
    }

    func fields(_ errors: [String: String], _ words: Words) -> [Field] {
        let none = words("Empty for no limit.")
        return [
            Field("name", words("Name"), value: name, error: errors["name"], isRequired: true),
            Field(
                "tokensPerDay", words("Tokens per day"), kind: .number, value: tokensPerDay, hint: none,
                error: errors["tokensPerDay"]),
            Field(
                "tokensPerRequest", words("Tokens per request"), kind: .number, value: tokensPerRequest, hint: none,
                error: errors["tokensPerRequest"]),
        ]
    }

    func priorityChoice(_ words: Words) -> Choice {
        Choice(
            "priority", words("Priority"), options: Priority.allCases.map { ($0.rawValue, words.name(of: $0)) },
            selected: priority)
    }
}
