/// `/account`: who one is, light or dark, the password, and the sessions.
struct AccountPage: Page {
    static let template = "account"

    let frame: Frame
    let email: String
    let tier: String
    let preferences: Preferences
    /// What they may take beside their limits.
    let extras: [Extra]
    let themes: [Choice.Option]
    let passwordFields: [Field]
    /// Whether the box beside the new password is checked.
    let endsOtherSessions: Bool
    let sessions: [Session]

    /// What people choose about themselves, as it was typed.
    struct Preferences: Sendable {
        let name: Field
        let timeZone: Choice
    }

    /// An extra that runs.
    struct Extra: Sendable {
        let amount: String
        let left: String
        let expires: Moment
        let reason: String
        /// Whether everybody draws on it.
        let isShared: Bool
    }

    struct Session: Sendable {
        let id: String
        /// `Firefox on Linux`.
        let browser: String
        let address: String
        let lastSeen: Moment
        let isCurrent: Bool
    }

    /// - Parameter passwordErrors: by the name of the field.
    static func passwordFields(_ passwordErrors: [String: String], _ words: Words) -> [Field] {
        [
            Field(
                "current", words("Current password"), kind: .password, error: passwordErrors["current"],
                autocomplete: "current-password", isRequired: true),
            Field(
                "new", words("New password"), kind: .password,
                hint: words.passwordHint, error: passwordErrors["new"],
                autocomplete: "new-password", isRequired: true),
        ]
    }

    static func themes(_ selected: Theme, _ words: Words) -> [Choice.Option] {
        let labels: [(Theme, String)] = [
            (.automatic, words("as the system")), (.light, words("light")), (.dark, words("dark")),
        ]
        return labels.map { Choice.Option(value: $0.rawValue, label: $1, isSelected: $0 == selected) }
    }
}
