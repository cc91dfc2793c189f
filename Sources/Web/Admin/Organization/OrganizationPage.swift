/// `/admin/organization`: what it is called, and when its days, weeks and months turn over.
struct OrganizationPage: Page {
    static let template = "admin/organization"

    let frame: Frame
    let tabs: [AdminTab.Link]
    /// When the running day, week and month end, in the reader's time.
    let ends: String
    let name: Field
    let choices: [Choice]
    /// What a change would mean, before it is made.
    let preview: Preview?

    struct Preview: Sendable {
        let text: String
        /// Whether what was used so far would no longer count.
        let isHarsh: Bool
    }
}
