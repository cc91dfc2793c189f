/// A running count of a reply: cheap enough for every piece, never far behind.
///
/// Pieces are gathered and counted about a kilobyte at a time. A text counted in pieces has at least as many tokens as
/// the whole, give or take what the cuts make of it; the whole is counted when it matters.
struct ReplyCount: Sendable {
    /// How many bytes may be uncounted while the cap is far.
    static let stride = 1024
    /// Pieces of hardly a byte for each token are gathered no longer than this: as words they are far fewer.
    private static let mostTinyPieces: Int64 = 64

    private(set) var tokens: Int64 = 0
    /// All that came, counted or not.
    private(set) var bytes: Int64 = 0
    private var pending = ""
    private var pendingTokens: Int64 = 0

    /// As of the last piece. As most upstreams send about a piece for each token, these are hardly more than there are.
    var tokensByPieces: Int64 { tokens.addingClamped(pendingTokens) }

    /// What the reply cannot have more of than: no token has less than a byte.
    var most: Int64 { tokens.addingClamped(Int64(pending.utf8.count)) }

    /// Counts at once what could pass `cap`: no token has less than a byte. So an upstream that ignores its cap passes
    /// it unseen by no more than a piece.
    mutating func add(_ piece: String, upTo cap: Int64, by count: (String) -> Int64) {
        pending += piece
        pendingTokens = pendingTokens.addingClamped(count(piece))
        bytes += Int64(piece.utf8.count)
        let areTiny = pendingTokens >= Self.mostTinyPieces && pendingTokens * 2 > pending.utf8.count
        if areTiny || pending.utf8.count >= Self.stride || most > cap { flush(by: count) }
    }

    mutating func flush(by count: (String) -> Int64) {
        guard !pending.isEmpty else { return }
        tokens = tokens.addingClamped(count(pending))
        pending = ""
        pendingTokens = 0
    }

    /// Takes over the count of the whole.
    mutating func correct(to exact: Int64) {
        tokens = exact
        pending = ""
        pendingTokens = 0
    }
}
