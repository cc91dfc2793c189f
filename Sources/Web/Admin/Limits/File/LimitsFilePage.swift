/// `/admin/limits/file`: all limits as one text, to take away, or to change and bring back.
struct LimitsFilePage: Page {
    static let template = "admin/limits-file"

    let frame: Frame
    let tabs: [AdminTab.Link]
    /// As it is now, or as it was sent.
    let text: String
    /// How many things are wrong with it; nil for nothing.
    let refusal: String?
    let flaws: [Flaw]
    /// What it would change; nil before anybody asked.
    let preview: Preview?

    struct Flaw: Sendable {
        /// Nil where the text as a whole is meant.
        let line: String?
        /// What stands on that line.
        let source: String?
        let reason: String
    }

    struct Preview: Sendable {
        let summary: String
        let rows: [Row]
        /// Whether there is anything to apply.
        let canApply: Bool
    }

    struct Row: Sendable {
        let subject: String
        let what: String
        let before: String
        let after: String
        /// Who would be stopped at once; nil for nobody.
        let warning: String?
    }
}
