public import Core

extension SQLStore {
    public var verification: some Verification { SQLVerification(database: database, live: live) }
}

struct SQLVerification: Verification {
    let database: any SQLDatabase
    var live: LiveCounts?

    func verify(
        at now: Timestamp, progress: @escaping @Sendable (VerificationProgress) -> Void
    ) async throws -> VerificationReport {
        try await database.read { session in
            try LedgerVerifier(session, at: now, progress: progress).report()
        }
    }

    func repair(at now: Timestamp, by actor: Actor) async throws -> [LedgerRepair] {
        let repairs = LedgerRepairs(database: database, live: live, now: now, actor: actor)
        return try await repairs.all()
    }
}
