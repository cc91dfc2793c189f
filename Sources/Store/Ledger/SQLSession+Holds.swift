import Core

/// Finding, refreshing and voiding holds, inside a transaction.
extension SQLSession {
    func heldRequest(_ request: RequestID) throws -> HeldRequest? {
        try row("\(HeldRequest.selection) WHERE h.request_id = $1", request).map(HeldRequest.init)
    }

    func expiredLeases(at now: Timestamp) throws -> [Lease] {
        try rows("SELECT request_id, lease_until FROM hold WHERE lease_until < $1 ORDER BY id", now).map {
            Lease(requestID: try $0["request_id"], until: try $0["lease_until"])
        }
    }

    /// A few hundred of them, the oldest first.
    func expiredHolds(by moment: Timestamp) throws -> [HeldRequest] {
        try rows("\(HeldRequest.selection) WHERE h.lease_until < $1 ORDER BY h.id LIMIT 500", moment)
            .map(HeldRequest.init)
    }

    /// Nil when the request is not held.
    func refresh(_ progress: HoldProgress, leaseUntil: Timestamp) throws -> HoldStanding? {
        let standing = try row(
            """
            UPDATE hold SET streamed_tokens = $2, lease_until = $3 WHERE request_id = $1
            RETURNING stop_asked, watched_until
            """,
            progress.requestID, progress.streamedTokens, leaseUntil)
        return try standing.map {
            HoldStanding(isAskedToStop: try $0["stop_asked"], watchedUntil: try $0["watched_until"])
        }
    }

    /// Undoes a hold as if it had never been; but what flowed back into a bucket meanwhile has flowed, as far as something
    /// is left that was taken. Over the life of a bucket, it gives no more than its capacity and what flowed.
    func void(_ hold: HeldRequest) throws {
        // What a bucket got back meanwhile must not be more than it has given.
        try execute(
            """
            UPDATE account
               SET held = account.held - c.held,
                   refilled = CASE WHEN account.refilled > account.used + account.held - c.held
                                   THEN account.used + account.held - c.held ELSE account.refilled END
              FROM charge c WHERE c.entry = $1 AND c.account = account.id
            """, hold.entry)
        try execute("DELETE FROM charge WHERE entry = $1", hold.entry)
        try execute("DELETE FROM hold WHERE id = $1", hold.entry)
    }
}
