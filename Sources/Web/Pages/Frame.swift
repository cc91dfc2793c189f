/// What stands around every page (`templates/layout.mustache`).
struct Frame: Sendable {
    /// The page's own name, first in the title bar.
    var title: String
    /// Of the text, as `lang` has it.
    var language = "en"
    /// The reader's choice of light or dark; automatic follows the system.
    var theme = Theme.automatic.rawValue
    /// The time zone that the reader chose; nil for the browser's.
    var zone: String?
    /// Who is signed in; nil on the way in.
    var viewer: Viewer?
    /// Where in the house we are: exactly one is true, or none.
    var isChat = false
    var isUsage = false
    var isHelp = false
    var isAdmin = false
    var isAccount = false
    /// A sentence about what was just done.
    var notice: String?
    /// As whom an administrator looks at this page; nil for one's own eyes.
    var seenAs: String?
    /// Whether the address is plain HTTP, where everybody on the way can read along.
    var isInsecure = false
    /// Whether replies come from the stand-in, because no upstream is configured.
    var isStandIn = false

    struct Viewer: Sendable {
        var name: String
        var isAdmin: Bool
        /// Tokens taken today, worded.
        var today: String
        /// Sent back with every form that changes something.
        var formToken: String
    }
}

/// The raw values are what the cookie and the style sheet say.
enum Theme: String, Sendable, CaseIterable {
    case automatic = "auto"
    case light, dark
}
