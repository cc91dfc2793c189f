import Core

/// The ledger over SQL. Each method is one transaction; writing ones take the write lock before they read, so that
/// what they decide by still holds when they write.
struct SQLLedger: Ledger {
    let database: any SQLDatabase
    /// Nil where each refresh is all that is known of a reply.
    let live: LiveCounts?

    init(database: any SQLDatabase, live: LiveCounts? = nil) {
        self.database = database
        self.live = live
    }

    func hold(_ request: HoldRequest, at now: Timestamp) async throws -> Admission {
        guard request.demand.isSound else { throw LedgerFailure.unsoundDemand }
        let admission = try await database.write { session in try session.hold(request, at: now) }
        if case .granted = admission { live?.open(request.requestID) }
        return admission
    }

    func note(_ streamedTokens: Int64, of request: RequestID) {
        live?.note(streamedTokens, of: request)
    }

    func extend(_ request: RequestID, toReply wanted: Int64, at now: Timestamp) async throws -> Extension {
        try await database.write { session in
            guard let hold = try session.heldRequest(request) else { throw LedgerFailure.unknownRequest }
            return try session.extend(hold, toReply: wanted, at: now)
        }
    }

    func leaveQueue(_ request: RequestID) async throws {
        try await database.write { session in
            try session.execute("DELETE FROM waiting WHERE request_id = $1", request)
        }
    }

    func queueDepth(at now: Timestamp) async throws -> Int64 {
        try await database.read { session in try session.queueDepth(at: now) }
    }

    func refresh(
        _ progress: [HoldProgress], leaseUntil: Timestamp
    ) async throws -> [RequestID: HoldStanding] {
        try await database.write { session in
            var standings: [RequestID: HoldStanding] = [:]
            for one in progress {
                standings[one.requestID] = try session.refresh(one, leaseUntil: leaseUntil)
            }
            return standings
        }
    }

    func askToStop(_ request: RequestID, of person: PersonID) async throws -> Bool {
        try await database.write { session in
            try session.execute(
                "UPDATE hold SET stop_asked = 1 WHERE request_id = $1 AND person = $2", request, person) == 1
        }
    }

    func watch(_ request: RequestID, of person: PersonID, until moment: Timestamp) async throws -> Bool {
        try await database.write { session in
            try session.execute(
                "UPDATE hold SET watched_until = $3 WHERE request_id = $1 AND person = $2", request, person, moment)
                == 1
        }
    }

    func settle(_ request: RequestID, as ending: Ending, at now: Timestamp) async throws -> Settlement {
        guard ending.usage.isSound else { throw LedgerFailure.unsoundUsage }
        let settlement = try await database.write { session in
            if let hold = try session.heldRequest(request) {
                return try session.settle(hold, as: ending, at: now)
            }
            return try session.settleAgain(request, as: ending, at: now)
        }
        live?.close(request)
        return settlement
    }

    func release(_ request: RequestID) async throws {
        try await database.write { session in
            guard let hold = try session.heldRequest(request) else { return }
            try session.void(hold)
        }
        live?.close(request)
    }

    func expiredLeases(at now: Timestamp, cuttingOthersTo longest: Timestamp) async throws -> [Lease] {
        try await database.write { session in
            try session.execute("UPDATE hold SET lease_until = $1 WHERE lease_until > $1", longest)
            let expired = try session.expiredLeases(at: now)
            // What writes nothing succeeds on a full disk as well, where no owner can refresh.
            if !expired.isEmpty { try session.note(.lookingForExpiredLeases, at: now) }
            return expired
        }
    }

    func reap(_ leases: [Lease], at now: Timestamp) async throws -> [Settlement] {
        let settlements = try await database.write { session in
            try leases.compactMap { lease in
                guard let hold = try session.heldRequest(lease.requestID), hold.leaseUntil == lease.until else {
                    return nil as Settlement?
                }
                return try session.settle(hold, as: hold.expiry(live), at: now)
            }
        }
        for settlement in settlements { live?.close(settlement.requestID) }
        return settlements
    }

    func accounts(on path: QuotaPath, at now: Timestamp) async throws -> [Account] {
        try await database.look { session in
            let view = try session.view(of: path, asking: nil, at: now)
            let pots = view.hasGrants ? try session.pots(on: path, at: now) : []
            return try session.accounts(on: path, view, at: now).adding(pots).map(\.account)
        }
    }

    func openHolds() async throws -> [OpenHold] {
        try await database.read { session in
            try session.rows("\(HeldRequest.selection) ORDER BY h.opened_at, h.id").map { try HeldRequest($0).open }
        }
    }
}
