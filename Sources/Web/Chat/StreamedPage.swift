/// A chat page around a reply that is still being written, for browsers without JavaScript: first `head`, then the blocks
/// as they become whole, then `tail` of the page as it is after the reply, with the gauge and the totals of then.
struct StreamedPage: Equatable {
    let head: String
    let tail: String

    /// Where the reply goes in the page (`templates/chat/message.mustache`). Nobody else can write it: `<` is escaped.
    static let place = "<!--reply-->"

    /// - Returns: nil where no reply is being written on the page.
    init?(_ html: String) {
        guard let place = html.firstRange(of: Self.place) else { return nil }
        head = String(html[..<place.lowerBound])
        tail = String(html[place.upperBound...])
    }
}
