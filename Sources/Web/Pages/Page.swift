/// A page as a value: its stored properties are exactly the names that its template uses, which a test checks.
/// Everything is already decided and worded when it is made; the template only prints it.
protocol Page: Sendable {
    /// The template's path below `templates/`, without its ending: `admin/tiers`.
    static var template: String { get }
    var frame: Frame { get }
}

/// Markup that is ours and goes into a page unescaped: its property is named `…HTML`, and templates print it with three
/// braces. Nothing else can be printed so.
struct HTML: Sendable, Hashable {
    let source: String

    /// - Parameter source: made by our own writers, never text from outside.
    init(trusted source: String) {
        self.source = source
    }
}
