/// `/admin/upstreams`: the addresses that take prompts. A key is written, never shown.
struct UpstreamsPage: Page {
    static let template = "admin/upstreams"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let form: AdminForm?
    let probe: Probe?
    let rows: [Row]

    /// What an upstream answered when it was asked for its models.
    struct Probe: Sendable {
        let title: String
        let text: String
        let hasFailed: Bool
    }

    struct Row: Sendable {
        let id: String
        let name: String
        let address: String
        let hasKey: Bool
        /// How many of our models are there.
        let models: String
    }
}
