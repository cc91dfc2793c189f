/// What was given in place of what was asked for, and the limit that stood in the way.
public struct Substitute: Sendable, Hashable, Codable {
    public enum Kind: Sendable, Hashable, Codable {
        /// The model of this public name answered.
        case model(String)
        /// The answer was given before, at this moment, and took nothing now.
        case earlierAnswer(Timestamp)
    }

    public var kind: Kind
    public var limit: Limit.Name
    /// When that limit returns; nil where it does not, or nobody can tell.
    public var until: Timestamp?

    public init(_ kind: Kind, limit: Limit.Name, until: Timestamp?) {
        self.kind = kind
        self.limit = limit
        self.until = until
    }

    init(_ kind: Kind, because refusal: Refusal) {
        self.init(kind, limit: refusal.name, until: refusal.canEverFit ? refusal.resetsAt : nil)
    }
}
