/// `/admin/usage`: what everybody used.
struct AdminUsagePage: Page {
    static let template = "admin/usage"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let periods: [Choice.Option]
    let period: String
    let summary: String
    let chartTitle: String
    let chart: BarChart?
    let people: UsageTable
    let models: UsageTable
    let keys: UsageTable
    let projects: UsageTable
    let saved: Saved

    /// What refusals kept from being taken.
    struct Saved: Sendable {
        let summary: String
        let rows: [Row]
    }

    struct Row: Sendable {
        /// Which limit it was.
        let name: String
        let what: String
        let requests: String
        let tokens: String
        let cost: String
        /// Thousandths of the largest.
        let width: Int64
    }
}
