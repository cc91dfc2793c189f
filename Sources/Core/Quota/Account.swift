/// How one limit stands for one holder in one window.
///
/// Every window has an account of its own: a hold is charged to the account in which it was taken, even when it ends
/// after the window did.
public struct Account: Sendable, Hashable, Codable {
    public var limit: Limit
    /// The person for a limit of a tier, else the limit's subject.
    public var holder: String
    /// For the part of a limit that one priority may take under pressure; nil for the limit itself.
    public var share: Share?
    /// What the limit is just now, in the meter's unit: by its schedule, and by what the forecast allows.
    public var amount: Int64
    public var windowStart: Timestamp
    /// When the next window begins, or a bucket is full; nil where nothing resets.
    public var resetsAt: Timestamp?
    /// Settled, in the meter's unit.
    public var used: Int64
    /// Taken by requests that still run.
    public var held: Int64
    /// What has flowed back into a bucket: at most used and held together.
    public var refilled: Int64
    /// How far a bucket's flow has been counted; nil for other windows.
    public var refill: Refill?
    /// What grants still add, for this holder just now.
    public var granted: Int64

    /// What one priority may take of a shared limit once that is scarce.
    public struct Share: Sendable, Hashable, Codable {
        public var priority: Priority
        /// What may still be taken of the whole limit before the share counts; negative under pressure.
        public var spare: Int64

        public init(priority: Priority, spare: Int64) {
            self.priority = priority
            self.spare = spare
        }
    }

    public init(
        limit: Limit, holder: String, share: Share? = nil, amount: Int64? = nil, windowStart: Timestamp,
        resetsAt: Timestamp?, used: Int64 = 0, held: Int64 = 0, refilled: Int64 = 0, refill: Refill? = nil,
        granted: Int64 = 0
    ) {
        self.limit = limit
        self.holder = holder
        self.share = share
        self.amount = amount ?? limit.amount
        self.windowStart = windowStart
        self.resetsAt = resetsAt
        self.used = used
        self.held = held
        self.refilled = refilled
        self.refill = refill
        self.granted = granted
    }

    /// The limit's amount and what grants add to it.
    public var ceiling: Int64 { amount.addingClamped(granted) }

    /// What was used and has not flowed back since.
    public var spent: Int64 { max(0, used.subtractingClamped(refilled)) }

    /// What counts against the ceiling: in a bucket less than was used, since it flows back.
    public var taken: Int64 { used.addingClamped(held).subtractingClamped(refilled) }

    /// What may still be taken: never negative, though a lowered limit or an upstream that took more than it was
    /// allowed can leave more used than the ceiling.
    public var available: Int64 { max(0, room) }

    /// What may still be taken; less than nothing where more was.
    private var room: Int64 { max(ceiling.subtractingClamped(taken), share?.spare ?? .min) }

    /// When at least `needed` could be available, as far as time alone brings it.
    func returns(needed: Int64) -> Timestamp? {
        guard let rate = limit.refill, let refill else { return resetsAt }
        return refill.moment(of: needed.subtractingClamped(room), rate: rate)
    }
}

extension Int64 {
    /// Addition that stops at the ends of the range: a full account stays full instead of wrapping round.
    public func addingClamped(_ other: Int64) -> Int64 { Int64(clamping: Int128(self) + Int128(other)) }

    func multipliedClamped(by other: Int64) -> Int64 { Int64(clamping: Int128(self) * Int128(other)) }

    public func subtractingClamped(_ other: Int64) -> Int64 { Int64(clamping: Int128(self) - Int128(other)) }
}
