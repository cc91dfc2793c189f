/// `/admin/projects`: what usage by keys is filed under.
struct ProjectsPage: Page {
    static let template = "admin/projects"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let form: AdminForm?
    /// What the project that is changed has in extras.
    let extras: GrantDesk?
    /// Where a limit of its own is made.
    let newLimit: String?
    let rows: [Row]

    struct Row: Sendable {
        let id: String
        let name: String
        /// How many keys of it may be used.
        let keys: String
        let priority: String
        let day: String
        let request: String
        let created: Moment
        let isRetired: Bool
    }
}
