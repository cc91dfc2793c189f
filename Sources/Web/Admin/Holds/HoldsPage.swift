/// `/admin/holds`: what requests that are under way have set aside.
struct HoldsPage: Page {
    static let template = "admin/holds"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let summary: String
    let rows: [Row]

    struct Row: Sendable {
        let request: String
        let person: String
        let personLink: String
        let model: String
        let held: String
        let streamed: String
        let age: String
        let since: Moment
        let expires: Moment
        /// The worker that reads the reply.
        let owner: String
    }
}
