/// `/first-admin`, behind the one-time link of the first start.
struct FirstAdminPage: Page {
    static let template = "first-admin"

    let frame: Frame
    /// The secret of the link.
    let link: String
    let error: String?
    let fields: [Field]

    /// What was typed; the password never comes back.
    struct Draft: Sendable {
        var name = ""
        var email = ""
        /// By the name of the field.
        var errors: [String: String] = [:]
    }

    init(frame: Frame, link: String, draft: Draft = Draft(), error: String? = nil, words: Words) {
        self.frame = frame
        self.link = link
        self.error = error
        fields = [
            Field(
                "name", words("Name"), value: draft.name, error: draft.errors["name"], autocomplete: "name",
                isRequired: true),
            Field(
                "email", words("E-mail"), kind: .email, value: draft.email, error: draft.errors["email"],
                autocomplete: "username", isRequired: true),
            Field(
                "password", words("Password"), kind: .password,
                hint: words.passwordHint, error: draft.errors["password"],
                autocomplete: "new-password", isRequired: true),
        ]
    }
}
