/// The port to a proof of the book: everything that can be derived from the append-only usage and from the holds that
/// run is derived again, and compared with what is stored.
///
/// Every method throws `StoreFailure`: then nothing is proved.
public protocol Verification: Sendable {
    /// Checks everything on one snapshot, without keeping writers waiting.
    ///
    /// - Parameters:
    ///   - now: by which leases are judged.
    ///   - progress: is called now and then, from any thread; it must not block.
    func verify(
        at now: Timestamp, progress: @escaping @Sendable (VerificationProgress) -> Void
    ) async throws -> VerificationReport

    /// Makes right what follows from usage and holds: leaked holds are settled, then charges, accounts, sums and the
    /// accounts of grants are derived again. Usage itself is never touched.
    ///
    /// Workers may go on meanwhile: each kind is one transaction, or several, and is derived inside of it. What was
    /// changed is on the audit log.
    ///
    /// - Returns: what was changed, in the order in which it was.
    func repair(at now: Timestamp, by actor: Actor) async throws -> [LedgerRepair]
}

extension Verification {
    public func verify(at now: Timestamp) async throws -> VerificationReport {
        try await verify(at: now) { _ in }
    }
}

/// What is looked at, in the order of a report.
public enum VerificationCheck: String, Sendable, Codable, CaseIterable {
    /// The database's own structure.
    case file
    /// Rows that name rows of other tables.
    case references
    /// The chain of hashes.
    case auditLog = "audit log"
    /// Settled once each, at the price of their tariff; corrections of nothing else than reaped requests.
    case usage
    /// Running requests: not settled, leased by somebody, holding what their reply takes.
    case holds
    /// What each request has taken from each account, derived from its tariff and its tokens.
    case charges
    /// What was used and is held in each window is the sum of the charges; windows follow one another.
    case accounts
    /// No more was taken from an extra than it had.
    case grants
    case usageSlots = "usage by quarter of an hour"
    case conversationUsage = "usage by conversation"
    case keyUsageSlots = "usage by key"
}

public struct VerificationReport: Sendable, Hashable, Codable {
    public var results: [VerificationResult]

    public init(results: [VerificationResult]) {
        self.results = results
    }

    public var isClean: Bool { differences == 0 }

    public var differences: Int64 { results.reduce(0) { $0 + $1.differences } }

    public subscript(check: VerificationCheck) -> VerificationResult? { results.first { $0.check == check } }
}

/// What came of one check.
public struct VerificationResult: Sendable, Hashable, Codable {
    /// A check tells of so many differences at most, and counts the rest.
    public static let mostTold = 100

    public var check: VerificationCheck
    /// How many rows were looked at.
    public var rows: Int64
    public var differences: Int64
    /// The first of them.
    public var told: [LedgerDifference]
    /// What is no difference, but may be worth a look.
    public var notes: [String]

    public init(
        check: VerificationCheck, rows: Int64 = 0, differences: Int64 = 0, told: [LedgerDifference] = [],
        notes: [String] = []
    ) {
        self.check = check
        self.rows = rows
        self.differences = differences
        self.told = told
        self.notes = notes
    }
}

/// Something stored that is not what follows from the ledger.
public struct LedgerDifference: Sendable, Hashable, Codable {
    /// Such as `account 12`.
    public var row: String
    /// Such as `used`.
    public var what: String
    public var stored: String
    public var expected: String
    /// Whether `repair` can make it right.
    public var isReparable: Bool

    public init(row: String, what: String, stored: String, expected: String, isReparable: Bool) {
        self.row = row
        self.what = what
        self.stored = stored
        self.expected = expected
        self.isReparable = isReparable
    }
}

public struct VerificationProgress: Sendable, Hashable {
    public var check: VerificationCheck
    /// Of `total` rows; both zero where nobody knows.
    public var done: Int64
    public var total: Int64

    public init(check: VerificationCheck, done: Int64 = 0, total: Int64 = 0) {
        self.check = check
        self.done = done
        self.total = total
    }
}

/// What a repair has changed.
public struct LedgerRepair: Sendable, Hashable, Codable {
    public enum Part: String, Sendable, Codable, CaseIterable {
        /// Requests whose worker was gone were settled.
        case holds
        case charges
        case accounts
        /// Extras that had no account were given one.
        case grants
        case usageSlots = "usage by quarter of an hour"
        case conversationUsage = "usage by conversation"
        case keyUsageSlots = "usage by key"
    }

    public var part: Part
    public var rows: Int64
    /// The first of them: `account 12: used 500 → 300`.
    public var examples: [String]

    public init(part: Part, rows: Int64, examples: [String]) {
        self.part = part
        self.rows = rows
        self.examples = examples
    }
}
