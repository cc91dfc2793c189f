/// `/admin/people`: everybody, searched, filtered, sorted and in pages.
struct PeoplePage: Page {
    static let template = "admin/people"

    let frame: Frame
    let tabs: [AdminTab.Link]
    /// How many match, worded.
    let found: String
    let search: Field
    let filters: [Choice]
    let isAdding: Bool
    let addFields: [Field]
    let addChoices: [Choice]
    let columns: [Column]
    let rows: [Row]
    /// Where the chosen are sent to: keeps the list as it is.
    let moveAction: String
    let newTier: Choice
    let move: Move?
    /// `1 to 50 of 312`.
    let position: String
    let previous: String?
    let next: String?

    struct Column: Sendable {
        let label: String
        /// nil for one that nothing is sorted by.
        let href: String?
        /// `ascending` or `descending`; nil where the table is sorted by another.
        let direction: String?
        let isAmount: Bool
    }

    struct Row: Sendable {
        let id: String
        let name: String
        let email: String
        let tier: String
        let today: String
        let month: String
        let created: Moment
        let isChosen: Bool
        let isAdmin: Bool
        let isDisabled: Bool
        /// `near the limit`, `at the limit`.
        let state: String?
    }

    /// A change of many people's tier, before it is made.
    struct Move: Sendable {
        let text: String
        let button: String
        let tier: String
        let people: [String]
    }
}
