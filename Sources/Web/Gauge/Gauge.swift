/// The level under the composer (`templates/gauge.mustache`): one bar and the same in words. As JSON it has the same
/// names, which `gauge.js` puts into the elements called so.
struct Gauge: Sendable, Codable {
    /// Worded amounts.
    let left: String
    let limit: String
    let held: String
    /// Begins with `≈` while it is an estimate.
    let needs: String
    let reply: String
    let after: String
    /// `ok`, `near`, `strong` or `blocked`.
    let state: String
    let isBlocked: Bool
    /// Which limit it is: `Your tokens today`.
    let name: String
    /// What the state means and what still works; nil while all is well.
    let advice: String?
    /// When the limit returns; nil for one that does not.
    let resets: GaugeMoment?
    let bar: Bar
    /// The same numbers for scripts.
    let numbers: Numbers

    /// Widths and places in thousandths, from the left: what stays, the reply, the draft, what others hold.
    struct Bar: Sendable, Codable {
        let afterWidth: Int64
        let replyStart: Int64
        let replyWidth: Int64
        let needsStart: Int64
        let needsWidth: Int64
        let heldStart: Int64
        let heldWidth: Int64
    }

    struct Numbers: Sendable, Codable {
        let limit: Int64
        let used: Int64
        let held: Int64
        let needs: Int64
        let replyMax: Int64
        let promptMax: Int64
        let isExact: Bool
        /// Whether something is given even where the limit has no room: no estimate stops the writer then.
        let isAnsweredAnyway: Bool
    }
}

/// When a limit returns.
struct GaugeMoment: Sendable, Codable {
    let iso: String
    let text: String

    init(_ moment: Moment) {
        iso = moment.iso
        text = moment.text
    }
}
