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
}
