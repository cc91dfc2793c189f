/// How one limit stands for one holder in one window.
///
/// Every window has an account of its own: a hold is charged to the account in which it was taken, even when it ends
/// after the window did.
public struct Account: Sendable, Hashable, Codable {
    public var limit: Limit
    /// The person for a limit of a tier, else the limit's subject.
    public var holder: String
    public var windowStart: Timestamp
    /// When the next window begins; nil where nothing resets.
    public var resetsAt: Timestamp?
    /// Settled, in the meter's unit.
    public var used: Int64
    /// Taken by requests that still run.
    public var held: Int64
    /// The sum of the grants that raise this limit for this holder just now.
    public var granted: Int64

    public init(
        limit: Limit, holder: String, windowStart: Timestamp, resetsAt: Timestamp?, used: Int64 = 0, held: Int64 = 0,
        granted: Int64 = 0
    ) {
        self.limit = limit
        self.holder = holder
        self.windowStart = windowStart
        self.resetsAt = resetsAt
        self.used = used
        self.held = held
        self.granted = granted
    }

    /// The limit's amount and what grants add to it.
    public var ceiling: Int64 { limit.amount.addingClamped(granted) }

    /// What may still be taken: never negative, though a lowered limit or an upstream that took more than it was
    /// allowed can leave more used than the ceiling.
    public var available: Int64 { max(0, ceiling.subtractingClamped(used.addingClamped(held))) }
}

extension Int64 {
    /// Addition that stops at the ends of the range: a full account stays full instead of wrapping round.
    public func addingClamped(_ other: Int64) -> Int64 { Int64(clamping: Int128(self) + Int128(other)) }

    func multipliedClamped(by other: Int64) -> Int64 { Int64(clamping: Int128(self) * Int128(other)) }

    func subtractingClamped(_ other: Int64) -> Int64 { Int64(clamping: Int128(self) - Int128(other)) }
}
