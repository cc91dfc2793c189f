/// `/admin/people/{id}`: one person's limits, tier, extra tokens and password.
struct PersonPage: Page {
    static let template = "admin/person"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let id: String
    /// Where a limit of theirs is made.
    let newLimit: String
    let name: String
    let email: String
    let isAdmin: Bool
    let isDisabled: Bool
    let problem: String?
    /// Given just now, and never shown again.
    let password: String?
    /// Made just now, and never shown again.
    let link: InvitationLink?
    /// Until when a link works with which they choose a password; nil when there is none.
    let invitedUntil: Moment?
    let limits: [LimitRow]
    let fields: [Field]
    let choices: [Choice]
    let extras: GrantDesk
}
