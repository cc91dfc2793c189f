/// `/admin/upstreams`: the addresses that take prompts. A key is written, never shown.
struct UpstreamsPage: Page {
    static let template = "admin/upstreams"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let form: AdminForm?
    let rows: [Row]

    struct Row: Sendable {
        let id: String
        let name: String
        let address: String
        let hasKey: Bool
        let models: String
        let isReachable: Bool
        /// Why it does not answer; nil where that is unknown or it does.
        let problem: String?
    }
}
