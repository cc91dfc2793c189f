/// Usage by some heading (`templates/usage-table.mustache`); the amounts are worded.
struct UsageTable: Sendable {
    let caption: String
    let heading: String
    let rows: [Row]

    struct Row: Sendable {
        let name: String
        /// Where more is told; nil where nothing is.
        let link: String?
        let requests: String
        let prompt: String
        let completion: String
        let total: String
        let cost: String
    }
}
