/// `/admin/projects`: what usage by keys is filed under.
struct ProjectsPage: Page {
    static let template = "admin/projects"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let form: AdminForm?
    let rows: [Row]

    struct Row: Sendable {
        let id: String
        let name: String
        /// How many keys of it may be used.
        let keys: String
        let created: Moment
        let isRetired: Bool
    }
}
