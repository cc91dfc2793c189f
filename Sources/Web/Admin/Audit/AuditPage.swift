/// `/admin/audit`: who changed what.
struct AuditPage: Page {
    static let template = "admin/audit"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let rows: [Row]
    let previous: String?
    let next: String?

    struct Row: Sendable {
        let time: Moment
        let actor: String
        let action: String
        let subject: String
        let changes: [Change]
    }

    struct Change: Sendable {
        let name: String
        let before: String
        let after: String
    }
}
