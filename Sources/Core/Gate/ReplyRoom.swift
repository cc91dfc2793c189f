/// How long a reply could become at most, and what left it no more room: for those who read it.
public struct ReplyRoom: Sendable, Hashable {
    /// In tokens.
    public var tokens: Int64
    /// The limit that left no more; nil where the tier and the model allow no longer reply to this prompt.
    public var limit: Limit.Name?

    public init(tokens: Int64, limit: Limit.Name? = nil) {
        self.tokens = tokens
        self.limit = limit
    }
}

extension LiveReply {
    public var room: ReplyRoom { ReplyRoom(tokens: replyCap, limit: shortenedBy?.limit.name) }
}
