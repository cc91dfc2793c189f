/// `/admin/limits`: every limit of any scope, how it stands, and what extras run.
struct LimitsPage: Page {
    static let template = "admin/limits"

    let frame: Frame
    let tabs: [AdminTab.Link]
    /// Where the limits are as a file.
    let file: String
    let filters: [Choice]
    /// The limit being made or changed.
    let form: LimitForm?
    let problem: String?
    let groups: [Group]
    let grants: [GrantRow]

    /// The limits of one scope.
    struct Group: Sendable {
        let title: String
        let rows: [Row]
    }

    struct Row: Sendable {
        let id: String
        /// Whom it concerns.
        let name: String
        /// `tokens per day`.
        let what: String
        let amount: String
        /// What is unusual about it, each in a few words.
        let notes: [String]
        let isShadow: Bool
        let levels: [Level]
        /// What is said where there is no level.
        let quiet: String
        /// Who else has taken of it.
        let rest: String?
        /// What it would have refused.
        let shadowed: String?
        /// The tier it belongs to; nil for a limit that is taken away here.
        let tier: String?
    }

    /// How a limit stands for one holder.
    struct Level: Sendable {
        /// The person, where each has the limit for themselves.
        let holder: String?
        let link: String?
        let text: String
        /// Thousandths of the whole.
        let usedWidth: Int64
        let heldStart: Int64
        let heldWidth: Int64
        /// `near` or `full`; empty below.
        let tone: String
        let resets: Moment?
    }
}

/// The form of a limit (`templates/admin/limit-form.mustache`).
struct LimitForm: Sendable {
    let title: String
    let action: String
    /// What a limit counts is chosen once; nil where it is changed.
    let counts: Counts?
    let amounts: [Field]
    let mode: Choice
    let rules: [Rule]
    let scheduleError: String?
    let pressure: [Field]
    let pressureError: String?
    let ceiling: Field
    /// What is wrong with all of it.
    let problem: String?
    let preview: Preview?
    /// What the program did to it, the newest first.
    let history: [Change]

    struct Change: Sendable {
        let time: Moment
        let text: String
        let reason: String
    }

    struct Counts: Sendable {
        let whom: Choice
        let fields: [Field]
        let choices: [Choice]
    }

    /// Another amount at certain hours.
    struct Rule: Sendable {
        /// In the order they are tried, from 1.
        let number: String
        /// `rules[r0][days][]`
        let daysName: String
        let days: [Choice.Option]
        let fields: [Field]
        let error: String?
    }

    /// What it would mean, before it is saved.
    struct Preview: Sendable {
        let text: String
        /// Whether somebody would be stopped at once.
        let isHarsh: Bool
    }
}
