/// The port to the book of what was taken: every quota lives behind it, and only the `Gate` moves them.
///
/// A hold reserves, a settlement turns it into use; both are all or nothing over every limit on the path. Each method
/// is one transaction, and every worker sees the same book. Times are the caller's, so that tests own the clock.
///
/// Every method throws `StoreFailure`, and has then changed nothing: without a hold nothing may go upstream.
public protocol Ledger: Sendable {
    /// Lets `request` in on every limit of its path, as they stand in the book at this moment, or on none.
    ///
    /// A request that may wait can be queued: it keeps its place for as long as it is asked for again every few
    /// seconds, and is refused when it has waited too long.
    ///
    /// - Throws: `LedgerFailure.duplicateRequest` when this request was held before, `.keyIsOver` when the path's key was
    ///   revoked or has run out, also while the request waited, `.unsoundDemand` for negative tokens or prices,
    ///   `.unknownOrganization` when the path's organization is not in the book.
    func hold(_ request: HoldRequest, at now: Timestamp) async throws -> Admission

    /// Makes room for a reply that outgrows what is held for it, as far as the limits that it is charged to have room:
    /// never less than is held already.
    ///
    /// - Parameter wanted: how much of the reply shall be held, in tokens.
    /// - Throws: `LedgerFailure.unknownRequest` when it is no longer held.
    func extend(_ request: RequestID, toReply wanted: Int64, at now: Timestamp) async throws -> Extension

    /// Gives up the place of a request that `hold` queued. Nothing happens when it has none.
    func leaveQueue(_ request: RequestID) async throws

    /// How many requests wait for their turn now, over all workers.
    func queueDepth(at now: Timestamp) async throws -> Int64

    /// Notes how far running requests are and extends their leases.
    ///
    /// - Returns: how each of them stands. One that is missing is no longer held: another worker reaped it.
    func refresh(_ progress: [HoldProgress], leaseUntil: Timestamp) async throws -> [RequestID: HoldStanding]

    /// Notes how far a running request is, at each piece: outside of any transaction, so that it costs next to nothing.
    /// It outlives a worker that is killed between two refreshes, but no power cut.
    func note(_ streamedTokens: Int64, of request: RequestID)

    /// Asks the worker that owns the request to stop it; seen at its next `refresh`.
    ///
    /// - Returns: false when this person has no such running request.
    func askToStop(_ request: RequestID, of person: PersonID) async throws -> Bool

    /// Says that somebody follows the request from another worker, so that its owner does not take it for abandoned.
    ///
    /// - Returns: false when this person has no such running request.
    func watch(_ request: RequestID, of person: PersonID, until moment: Timestamp) async throws -> Bool

    /// Ends a hold: what it held is free again, what was really used is charged to the windows in which it was taken.
    ///
    /// Idempotent: what was settled stays settled, and the first settlement is returned. The one exception is a
    /// request that was reaped while it was still running: what it used beyond the charge is added, once.
    ///
    /// - Throws: `LedgerFailure.unknownRequest` when it was never held, or released; `.unsoundUsage` for tokens
    ///   that are negative or absurd.
    func settle(_ request: RequestID, as ending: Ending, at now: Timestamp) async throws -> Settlement

    /// Ends a hold of which nothing was accepted upstream: nothing is charged, not even the request.
    /// A request that is not held is left as it is.
    func release(_ request: RequestID) async throws

    /// The leases that have run out, those of the oldest holds first. Where there are any, it throws while the store takes
    /// nothing, for then nobody could refresh them.
    ///
    /// - Parameter longest: leases that run longer were given by a clock that was ahead. They are cut to this: who lives
    ///   refreshes them, and the others run out when it has come.
    func expiredLeases(at now: Timestamp, cuttingOthersTo longest: Timestamp) async throws -> [Lease]

    /// Settles holds as their owners must be gone: the prompt and what was streamed until the last note of it. One whose
    /// lease is no longer the one that is named here was refreshed, or has ended, and is left as it is.
    func reap(_ leases: [Lease], at now: Timestamp) async throws -> [Settlement]

    /// Every limit that concerns `path`, as a request would meet it now; the narrowest scopes last.
    func accounts(on path: QuotaPath, at now: Timestamp) async throws -> [Account]

    /// Every request that runs now, in any worker, the oldest first.
    func openHolds() async throws -> [OpenHold]
}

extension Ledger {
    public func expiredLeases(at now: Timestamp) async throws -> [Lease] {
        try await expiredLeases(at: now, cuttingOthersTo: Timestamp(milliseconds: .max))
    }
}

public enum LedgerFailure: Error, Sendable, Hashable {
    case duplicateRequest
    case unknownRequest
    case unknownOrganization
    case keyIsOver
    case unsoundDemand
    case unsoundUsage
}
