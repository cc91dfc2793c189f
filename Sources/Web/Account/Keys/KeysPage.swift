/// `/account/keys`: the keys with which programs ask in one's name.
struct KeysPage: Page {
    static let template = "account/keys"

    let frame: Frame
    let keys: KeyList
}

/// Somebody's keys, and what is being done about one of them (`templates/keys.mustache`).
struct KeyList: Sendable {
    /// The page's own; everything else is below it.
    let path: String
    /// Just now, with what is never shown again.
    let made: Made?
    /// The key being made or changed.
    let form: Form?
    let revoking: Revoking?
    let rows: [Row]

    struct Row: Sendable {
        let id: String
        let name: String
        /// Of its secret.
        let beginning: String
        let project: String
        /// Its own, worded.
        let limits: String
        let created: Moment
        let lastUsed: Moment?
        let expires: Moment?
        /// `expired`, `revoked`; nil while it may be used.
        let end: String?
        let isRevoked: Bool
    }

    struct Made: Sendable {
        let title: String
        let secret: String
        /// For the shell: where our address and the key go in most programs.
        let environment: String
        /// A first request from the shell.
        let request: String
    }

    struct Form: Sendable {
        let title: String
        let action: String
        /// What makes the form one of its kind; nil where a key is changed.
        let submission: String?
        let fields: [Field]
        /// The project, where there is one to choose.
        let project: Choice?
        let limits: [Field]
        let button: String
    }

    /// Before a key is ended for good.
    struct Revoking: Sendable {
        let id: String
        let title: String
    }
}
