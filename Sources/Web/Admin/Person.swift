/// `/admin/people/{id}`: one person's limits, tier, extra tokens and password.
struct PersonPage: Page {
    static let template = "admin/person"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let id: String
    let name: String
    let email: String
    let isAdmin: Bool
    let isDisabled: Bool
    let limits: [LimitRow]
    let tier: Choice
    let grants: [Grant]
    let grantFields: [Field]
    /// The link that sets a new password, shown once.
    let passwordLink: String?

    struct Grant: Sendable {
        let amount: String
        let expires: Moment
        let reason: String
    }
}
