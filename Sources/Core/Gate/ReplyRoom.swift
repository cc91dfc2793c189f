/// How long a reply could become at most, and what left it no more room: for those who read it.
public struct ReplyRoom: Sendable, Hashable {
    /// In tokens.
    public var tokens: Int64
    /// The limit that left no more; nil where the tier and the model allow no longer reply to this prompt.
    public var limit: Limit.Name?
    /// When that limit returns; nil where it does not, or is not known.
    public var until: Timestamp?

    public init(tokens: Int64, limit: Limit.Name? = nil, until: Timestamp? = nil) {
        self.tokens = tokens
        self.limit = limit
        self.until = until
    }
}

extension ReplyRoom {
    init(_ cut: Call.Cut) {
        self.init(tokens: cut.room, limit: cut.refusal?.name, until: cut.refusal?.resetsAt)
    }
}

extension LiveReply {
    public var room: ReplyRoom {
        ReplyRoom(tokens: replyCap, limit: shortenedBy?.limit.name, until: shortenedBy?.resetsAt)
    }
}
