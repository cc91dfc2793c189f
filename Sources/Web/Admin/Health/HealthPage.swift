/// `/admin/health`: what runs here, and what is wrong with it.
struct HealthPage: Page {
    static let template = "admin/health"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let warnings: [Warning]
    let groups: [Group]

    /// A misconfiguration by name.
    struct Warning: Sendable {
        /// `warn` or `stop`.
        let tone: String
        let title: String
        let text: String
    }

    struct Group: Sendable {
        let title: String
        let facts: [Fact]
    }

    struct Fact: Sendable {
        let name: String
        let value: String
        let problem: String?
    }
}
