import Core

extension LedgerVerifier {
    /// After so long, some worker should have settled what the owner of a hold left.
    static let leakSeconds: Int64 = 60
    /// Leases are a minute or so. Nobody would settle one of longer than this in time.
    private static let longestLeaseSeconds: Int64 = 24 * 3600

    /// - Parameter charges: those of usage, to which those of holds are added.
    func holds(_ charges: Tally) throws -> (holds: Tally, charges: Tally) {
        var (tally, charges) = (Tally(.holds), charges)
        try scanHeld(where: "1 = 1") { entry in try compare(entry, &charges) }
        try standing(&tally)
        return (tally, charges)
    }

    private func standing(_ tally: inout Tally) throws {
        try session.scan(
            """
            SELECT h.id, h.lease_until,
                   EXISTS (SELECT 1 FROM usage u WHERE u.request_id = h.request_id)
                       OR EXISTS (SELECT 1 FROM usage u WHERE u.id = h.id OR u.id = -h.id),
                   EXISTS (SELECT 1 FROM organization o WHERE o.id = h.organization), h.held_reply, h.reply_cap
              FROM hold h ORDER BY h.id
            """
        ) { row in
            tally.count()
            let name = { try session.name(ofEntry: row.count(0)) }
            if row.count(2) == 1 {
                try tally.differ(try name(), "held", stored: "and settled", expected: "one of both", isReparable: false)
            }
            if row.count(3) == 0 {
                try tally.differ(try name(), "organization", stored: "none", expected: "one", isReparable: false)
            }
            if row.count(4) > row.count(5) {
                try tally.differ(
                    try name(), "held reply", stored: row.count(4), expected: "at most \(row.count(5))",
                    isReparable: false)
            }
            try lease(row.count(1), name, &tally)
        }
    }

    private func lease(_ end: Int64, _ name: () throws -> String, _ tally: inout Tally) throws {
        let seconds = (now.milliseconds - end) / 1000
        if seconds > Self.leakSeconds {
            try tally.differ(
                try name(), "lease", stored: "leaked: over for \(seconds) s", expected: "an owner, or settled",
                isReparable: true)
        } else if -seconds > Self.longestLeaseSeconds {
            try tally.differ(
                try name(), "lease", stored: "for \(-seconds) s to come", expected: "a minute or so", isReparable: false
            )
        } else if seconds > 0, tally.result.notes.count < VerificationResult.mostTold {
            tally.note("\(try name()): its lease has just ended, \(seconds) s ago")
        }
    }
}
