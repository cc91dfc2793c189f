import Core

/// One thing that happens. Requests, limits and grants are named by a number, so that an operation makes sense, or does
/// nothing, whichever others are left out of its history.
enum Operation: Hashable, Sendable {
    case hold(Asked)
    case extend(request: Int, toReply: Int64)
    case settle(request: Int, Usage, Outcome)
    case release(request: Int)
    case refresh(request: Int, streamed: Int64, leaseSeconds: Int64)
    /// Settles what has expired: `seconds` ago, at least.
    case reap(lateBySeconds: Int64)
    /// Asks how the limits of somebody's path stand.
    case look(Way)

    /// Sets a limit, which may be one that was taken away before.
    case addLimit(Int, Limit)
    /// What may be changed of it becomes as it is of this one.
    case changeLimit(Int, Limit)
    case retireLimit(Int)
    case grant(Int, Grant.Holder, Limit.Meter, amount: Int64, seconds: Int64)
    case revokeGrant(Int)

    case moveToTier(person: Int, tier: Int)
    case setPriority(project: Int, Priority)
    case setCalendar(zone: String, weekStart: Weekday, resetHour: Int)
    case setRules([AlertRule])

    case moveClock(milliseconds: Int64)
    /// To the end of a window of the calendar, or a little before or after it.
    case moveClockToEnd(of: Window, milliseconds: Int64)
    /// The worker that did this step is gone with everything that it kept in memory, and another one takes its place.
    case crash
}

/// Whose request it is and where it goes.
struct Way: Hashable, Sendable {
    var person: Int
    var project: Int?
    var hasKey: Bool
    var model: Int
}

/// What a hold asks for.
struct Asked: Hashable, Sendable {
    var request: Int
    var way: Way
    var prompt: Int64
    var reply: Int64
    var minimum: Int64
    var expected: Int64?
    var tariff: Tariff
    var leaseSeconds: Int64
}

/// One operation, and by whom.
struct Step: Hashable, Sendable {
    var worker: Int
    var operation: Operation
    /// Where the database fails in the middle of it, if it comes by.
    var fault: Fault?
}

/// Where the database fails: then the whole operation must have done nothing.
struct Fault: Hashable, Sendable {
    var place: Place
    /// Whether SQLite itself undoes the transaction then, as it does on a full disk.
    var endsTransaction: Bool

    /// A kind of write, such as `INSERT ON hold`.
    enum Place: String, Hashable, Sendable, CaseIterable {
        case insertHold = "INSERT ON hold"
        case updateHold = "UPDATE ON hold"
        case deleteHold = "DELETE ON hold"
        case insertAccount = "INSERT ON account"
        case updateAccount = "UPDATE ON account"
        case insertCharge = "INSERT ON charge"
        case updateCharge = "UPDATE ON charge"
        case deleteCharge = "DELETE ON charge"
        case insertUsage = "INSERT ON usage"
        case insertSums = "INSERT ON usage_slot"
        case insertReplies = "INSERT ON reply_history"
        case insertRefusal = "INSERT ON refusal_slot"
    }
}

extension Operation {
    /// What it is called in counts.
    var kind: String {
        switch self {
        case .hold: "hold"
        case .extend: "extend"
        case .settle: "settle"
        case .release: "release"
        case .refresh: "refresh"
        case .reap: "reap"
        case .look: "look"
        case .addLimit: "add a limit"
        case .changeLimit: "change a limit"
        case .retireLimit: "retire a limit"
        case .grant: "grant"
        case .revokeGrant: "revoke a grant"
        case .moveToTier: "move to a tier"
        case .setPriority: "set a priority"
        case .setCalendar: "set the calendar"
        case .setRules: "set the rules"
        case .moveClock: "move the clock"
        case .moveClockToEnd: "move the clock to the end of a window"
        case .crash: "crash"
        }
    }
}
