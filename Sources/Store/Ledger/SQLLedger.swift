import Core

/// The ledger over SQL. Each method is one transaction; writing ones take the write lock before they read, so that
/// what they decide by still holds when they write.
struct SQLLedger: Ledger {
    let database: any SQLDatabase

    init(database: any SQLDatabase) {
        self.database = database
    }

    func hold(_ request: HoldRequest, at now: Timestamp) async throws -> Admission {
        guard request.demand.isSound else { throw LedgerFailure.unsoundDemand }
        return try await database.write { session in
            guard try !session.knows(request.requestID) else { throw LedgerFailure.duplicateRequest }
            let accounts = try session.accounts(on: request.origin.path, at: now)
            let admission = Admission.decide(request.demand, on: accounts)
            if case .granted(let allowance) = admission { try session.open(request, with: allowance, at: now) }
            return admission
        }
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
        return try await database.write { session in
            if let hold = try session.heldRequest(request) {
                return try session.settle(hold, as: ending, at: now)
            }
            return try session.settleAgain(request, as: ending, at: now)
        }
    }

    func release(_ request: RequestID) async throws {
        try await database.write { session in
            guard let hold = try session.heldRequest(request) else { return }
            try session.void(hold)
        }
    }

    func reap(expiredBy moment: Timestamp, at now: Timestamp) async throws -> [Settlement] {
        try await database.write { session in
            try session.expiredHolds(by: moment).map { hold in
                let usage = Usage(
                    promptTokens: hold.promptTokens, completionTokens: hold.streamedTokens, source: .counted)
                return try session.settle(hold, as: Ending(usage: usage, outcome: .expired), at: now)
            }
        }
    }

    func accounts(on path: QuotaPath, at now: Timestamp) async throws -> [Account] {
        try await database.look { session in try session.accounts(on: path, at: now) }
    }

    func openHolds() async throws -> [OpenHold] {
        try await database.read { session in
            try session.rows("SELECT * FROM hold ORDER BY opened_at, id").map { try HeldRequest($0).open }
        }
    }
}
