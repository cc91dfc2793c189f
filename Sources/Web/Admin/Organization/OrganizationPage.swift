/// `/admin/organization`: what it is called, and when its days, weeks and months turn over, and what
/// happens as limits are used up.
struct OrganizationPage: Page {
    static let template = "admin/organization"

    let frame: Frame
    let tabs: [AdminTab.Link]
    /// When the running day, week and month end, in the reader's time.
    let ends: String
    let name: Field
    let choices: [Choice]
    /// What happens as a limit is used up.
    let rules: [Rule]
    let rulesError: String?
    /// Where alerts go.
    let targets: [Field]
    /// What became of an example that was sent there just now.
    let tests: [Test]
    let queue: [Field]
    let queueChoices: [Choice]
    /// What a change would mean, before it is made.
    let preview: String?
    let extras: GrantDesk

    struct Test: Sendable {
        let channel: String
        let text: String
        let hasFailed: Bool
    }

    struct Rule: Sendable {
        /// From 1.
        let number: String
        let threshold: Field
        let action: Choice
        let reduction: Field
        let fallback: Choice
        /// `alerts[r0][channels][]`
        let channelsName: String
        let channels: [Choice.Option]
    }
}
