import Core

extension Words {
    /// What stands beside a field for a new password.
    var passwordHint: String {
        self(
            "At least {least} characters; a sentence is fine.",
            ["least": number(PasswordRules.minCharacters)])
    }
}
