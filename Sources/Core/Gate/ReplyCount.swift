/// A running count of a reply: cheap enough for every piece, never far behind.
///
/// Pieces are gathered and counted about a kilobyte at a time. A text counted in pieces has at least as many tokens as
/// the whole, give or take what the cuts make of it; the whole is counted when it matters.
struct ReplyCount: Sendable {
    /// How many bytes may be uncounted: the most by which an upstream that ignores its cap can pass it unseen.
    static let stride = 1024

    private(set) var tokens: Int64 = 0
    private var pending = ""

    /// - Returns: true when the count has moved.
    mutating func add(_ piece: String, by count: (String) -> Int64) -> Bool {
        pending += piece
        guard pending.utf8.count >= Self.stride else { return false }
        flush(by: count)
        return true
    }

    mutating func flush(by count: (String) -> Int64) {
        guard !pending.isEmpty else { return }
        tokens = tokens.addingClamped(count(pending))
        pending = ""
    }

    /// Takes over the count of the whole.
    mutating func correct(to exact: Int64) {
        tokens = exact
        pending = ""
    }
}
