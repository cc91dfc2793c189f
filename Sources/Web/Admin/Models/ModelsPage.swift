/// `/admin/models`: what can be asked, where it is, and what it costs.
struct ModelsPage: Page {
    static let template = "admin/models"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let form: AdminForm?
    let trial: Trial?
    let rows: [Row]

    /// What came back from a model that was tried.
    struct Trial: Sendable {
        let title: String
        let summary: String
        /// nil where nothing came.
        let answer: String?
        let hasFailed: Bool
    }

    struct Row: Sendable {
        let id: String
        let name: String
        let upstream: String
        let upstreamName: String
        let encoding: String
        let context: String
        let reply: String
        let prices: String
        let weight: String
        /// Who answers where it has no room; nil for nobody.
        let fallback: String?
        let tiers: String
        let isRetired: Bool
    }
}
