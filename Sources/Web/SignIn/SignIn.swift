/// `/sign-in`. The words for a wrong password and for an unknown address are the same.
struct SignInPage: Page {
    static let template = "sign-in"

    let frame: Frame
    /// Where to go afterwards: a path of ours.
    let next: String
    let error: String?
    let email: Field
    let password: Field
    /// What was sent when the session was over already; nil where nothing was.
    let question: Question?

    struct Question: Sendable {
        let text: String
        let model: String?
        let instructions: String?
        let isEdit: Bool
    }

    init(frame: Frame, draft: SignInDraft, error: String?, words: Words) {
        self.frame = frame
        self.next = draft.next.path
        self.error = error
        question = draft.question.map {
            Question(text: $0.text, model: $0.model, instructions: $0.instructions, isEdit: $0.isEdit)
        }
        self.email = Field(
            "email", words("E-mail"), kind: .email, value: draft.email, autocomplete: "username", isRequired: true)
        self.password = Field(
            "password", words("Password"), kind: .password, autocomplete: "current-password", isRequired: true)
    }
}

/// What the sign-in's form brings along besides the password, which never comes back.
struct SignInDraft: Sendable {
    var next = ReturnPath.start
    var email = ""
    var question: KeptDraft?
}
