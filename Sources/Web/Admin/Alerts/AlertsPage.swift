/// `/admin/alerts`: who came to which threshold, and who was told.
struct AlertsPage: Page {
    static let template = "admin/alerts"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let summary: String
    let rows: [Row]

    struct Row: Sendable {
        let time: Moment
        let holder: String
        let limit: String
        let threshold: String
        /// Used of the whole, when the threshold was reached.
        let level: String
        /// What the rule does from there on.
        let action: String
        let resets: Moment?
        let deliveries: [Delivery]
    }

    /// One channel of the rule.
    struct Delivery: Sendable {
        let channel: String
        let state: String
        /// `good`, `warn` or `stop`.
        let tone: String
        /// When it was delivered or given up, or is tried again.
        let time: Moment
        let failure: String?
    }
}
