/// `/account/usage`: what one has used oneself.
struct AccountUsagePage: Page {
    static let template = "account/usage"

    let frame: Frame
    let periods: [Choice.Option]
    /// The selected one.
    let period: String
    let summary: String
    /// nil where nothing was used.
    let chart: BarChart?
    let limits: [LimitRow]
    let models: UsageTable
    let chats: UsageTable
}
