/// One limit with a person's own numbers (`templates/limits.mustache`).
struct LimitRow: Sendable {
    let name: String
    let used: String
    let held: String
    let left: String
    let amount: String
    /// nil for a limit that does not return by itself.
    let resets: Moment?
    /// Whether it is the one with the least left.
    let isBinding: Bool
    /// Says so where the limit is larger just now than it is set.
    var raised: String?
}
