import Core

/// A person as they were typed. The fields are called as `Person.Draft` calls them.
struct PersonDraft: Sendable, Decodable {
    var displayName = ""
    var email = ""
    /// Nil where there is none to choose.
    var tier: String?
    /// `yes` where the box was checked.
    var isAdmin: String?
    /// How somebody new comes in; nil for a link.
    var entry: Entry?

    enum Entry: String, Decodable {
        case link, password
    }

    var draft: Person.Draft {
        Person.Draft(
            email: email, displayName: displayName.trimmed, tier: TierID(rawValue: tier ?? ""),
            isAdmin: isAdmin == "yes")
    }
}

extension PersonDraft {
    init(_ person: Person) {
        self.init(
            displayName: person.displayName, email: person.email.rawValue, tier: person.tier.rawValue,
            isAdmin: person.isAdmin ? "yes" : nil)
    }

    func fields(_ errors: [String: String], _ words: Words) -> [Field] {
        [
            Field("email", words("E-mail"), kind: .email, value: email, error: errors["email"], isRequired: true),
            Field(
                "displayName", words("Name"), value: displayName, hint: words("Empty for the address."),
                error: errors["displayName"]),
        ]
    }

    /// - Parameter tiers: those that take new people, and the one that the person is in.
    func tierChoice(_ tiers: [Tier], error: String?, _ words: Words) -> Choice {
        Choice(
            "tier", words("Tier"), options: tiers.map { ($0.id.rawValue, $0.name) }, selected: tier, error: error)
    }

    func entryChoice(_ words: Words) -> Choice {
        Choice(
            "entry", words("How they come in"),
            options: [
                ("link", words("by a link, with which they choose a password")),
                ("password", words("with a password that is made now")),
            ], selected: (entry ?? .link).rawValue)
    }

    func adminChoice(error: String?, _ words: Words) -> Choice {
        Choice(
            "isAdmin", words("May administer"), options: [("no", words("no")), ("yes", words("yes"))],
            selected: isAdmin ?? "no", error: error)
    }
}
