/// `/admin/tiers`: who may take how much.
struct TiersPage: Page {
    static let template = "admin/tiers"

    let frame: Frame
    let tabs: [AdminTab.Link]
    /// The tier being made or changed.
    let form: Form?
    let rows: [Row]

    struct Row: Sendable {
        let id: String
        let name: String
        /// Whom it is for.
        let audience: String
        let people: String
        let prompt: String
        let reply: String
        let hour: String
        let day: String
        let month: String
        let requests: String
        let concurrent: String
        let models: String
        let isRetired: Bool
    }

    struct Form: Sendable {
        let title: String
        let action: String
        let fields: [Field]
        /// What becomes of a reply without readers, and after how long.
        let policy: Choice
        let grace: Field
        /// What its people get where a limit leaves no room, and how long an answer is kept for that.
        let ladder: Choice
        let cache: Field
        let models: [Choice.Option]
        let modelsError: String?
        let preview: Preview?
    }

    /// What a change would mean, before it is made.
    struct Preview: Sendable {
        let text: String
        /// Whether somebody would be over a limit at once.
        let isHarsh: Bool
    }
}
