/// `/sign-in`. The words for a wrong password and for an unknown address are the same.
struct SignInPage: Page {
    static let template = "sign-in"

    let frame: Frame
    /// Where to go afterwards: a path of ours.
    let next: String
    let error: String?
    let email: Field
    let password: Field

    init(frame: Frame, next: String, email: String, error: String?, words: Words) {
        self.frame = frame
        self.next = next
        self.error = error
        self.email = Field(
            "email", words("E-mail"), kind: .email, value: email, autocomplete: "username", isRequired: true)
        self.password = Field(
            "password", words("Password"), kind: .password, autocomplete: "current-password", isRequired: true)
    }
}
