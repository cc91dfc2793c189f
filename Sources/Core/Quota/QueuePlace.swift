/// Where a request stands that has to wait for its turn.
public struct QueuePlace: Sendable, Hashable {
    public enum Cause: String, Sendable, Hashable, Codable {
        /// A limit is nearly reached, and requests are let in at a slower pace.
        case throttled
        /// There is room, but requests that still run hold it.
        case held
    }

    /// 1 for the next one.
    public var place: Int64
    /// How many wait for the same limit, this one included.
    public var length: Int64
    /// About how long it will take; nil where nobody can tell.
    public var expectedSeconds: Int64?
    public var cause: Cause
    public var limit: Limit.Name

    public init(place: Int64, length: Int64, expectedSeconds: Int64?, cause: Cause, limit: Limit.Name) {
        self.place = place
        self.length = length
        self.expectedSeconds = expectedSeconds
        self.cause = cause
        self.limit = limit
    }
}

/// How many may wait, and for how long.
public struct QueueBounds: Sendable, Hashable, Codable {
    /// Beyond it requests are refused at once; 0 lets nobody wait.
    public var length: Int64
    public var seconds: Int64
    /// Whether requests also wait for room that others only hold, instead of being refused.
    public var waitsForHolds: Bool

    public init(length: Int64 = 100, seconds: Int64 = 30, waitsForHolds: Bool = false) {
        self.length = length
        self.seconds = seconds
        self.waitsForHolds = waitsForHolds
    }

    public var flaws: Flaws {
        var flaws = Flaws([])
        flaws.note(length.problem(outside: 0...10_000), about: "queueLength")
        flaws.note(seconds.problem(outside: 0...600), about: "queueSeconds")
        return flaws
    }
}
