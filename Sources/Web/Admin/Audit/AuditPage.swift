/// `/admin/audit`: who changed what.
struct AuditPage: Page {
    static let template = "admin/audit"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let fields: [Field]
    let choices: [Choice]
    /// Where the whole log is checked.
    let check: String
    let verdict: Verdict?
    let rows: [Row]
    let newest: String?
    let next: String?

    struct Row: Sendable {
        let number: String
        let time: Moment
        let actor: String
        let action: String
        let subject: String
        /// The entries of the same subject.
        let subjectLink: String
        /// Whether there was nothing before: the changes are what it began with.
        let isNew: Bool
        let changes: [Change]
    }

    struct Change: Sendable {
        let name: String
        let before: String
        let after: String
    }

    /// Whether anybody altered the log.
    struct Verdict: Sendable {
        /// `good` or `stop`.
        let tone: String
        let text: String
    }
}
