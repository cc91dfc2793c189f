/// `/invitation`, behind the one-time link with which somebody chooses their own password.
struct InvitationPage: Page {
    static let template = "invitation"

    let frame: Frame
    /// The secret of the link.
    let link: String
    let email: String
    let password: Field

    /// - Parameter error: what is wrong with the password that was typed; it never comes back.
    init(frame: Frame, link: String, email: String, error: String? = nil, words: Words) {
        self.frame = frame
        self.link = link
        self.email = email
        password = Field(
            "password", words("New password"), kind: .password, hint: words.passwordHint, error: error,
            autocomplete: "new-password", isRequired: true)
    }
}

/// A link as the admin who made it sees it, once.
struct InvitationLink: Sendable {
    let address: String
    let expires: Moment
}
