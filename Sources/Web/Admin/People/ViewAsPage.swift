/// What one person sees of their limits and usage, shown to an admin. It is read only, has nothing of what was asked or
/// answered, and every look is on the audit log.
struct ViewAsPage: Page {
    static let template = "admin/view-as"

    let frame: Frame
    let tabs: [AdminTab.Link]
    let id: String
    let name: String
    /// Which limit stops the next prompts first.
    let binding: String
    let limits: [LimitRow]
    /// The names of those that they can choose.
    let models: String
    let month: UsageTable
}
