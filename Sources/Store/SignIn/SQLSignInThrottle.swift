import Core

struct SQLSignInThrottle: SignInThrottle {
    let database: any SQLDatabase
    let time: any TimeSource

    func attempt(from address: String, on account: String) async throws -> Timestamp? {
        try await database.write { [now = time.now()] session in
            let counters = [
                Counter(kind: "account", subject: account, backOff: .account),
                Counter(kind: "address", subject: address, backOff: .address),
            ]
            if let until = try counters.compactMap({ try $0.blockedUntil(in: session, at: now) }).max() { return until }
            for counter in counters { try counter.count(in: session, at: now) }
            return nil
        }
    }

    func succeeded(from address: String, on account: String) async throws {
        try await database.write { session in
            try session.execute("DELETE FROM sign_in_failure WHERE kind = 'account' AND subject = $1", account)
            try session.execute(
                """
                UPDATE sign_in_failure SET failures = failures - 1, blocked_until = 0
                WHERE kind = 'address' AND subject = $1 AND failures > 0
                """, address)
        }
    }

    func cleanUp() async throws {
        try await database.write { [now = time.now()] session in
            try session.execute(
                "DELETE FROM sign_in_failure WHERE latest_at < $1", now.advanced(bySeconds: -BackOff.memorySeconds))
        }
    }
}

/// The failures of one account or address.
private struct Counter {
    let kind: String
    let subject: String
    let backOff: BackOff

    /// Nil when a try may go on now. A wait ends too when the clock steps back behind the try that began it.
    func blockedUntil(in session: any SQLSession, at now: Timestamp) throws -> Timestamp? {
        let row = try session.row(
            "SELECT blocked_until FROM sign_in_failure WHERE kind = $1 AND subject = $2 AND blocked_until > $3 AND latest_at <= $3",
            kind, subject, now)
        return try row?["blocked_until"]
    }

    func count(in session: any SQLSession, at now: Timestamp) throws {
        let forgotten = now.advanced(bySeconds: -BackOff.memorySeconds)
        let failures: Int64 = try session.onlyRow(
            """
            INSERT INTO sign_in_failure (kind, subject, failures, latest_at, blocked_until) VALUES ($1, $2, 1, $3, 0)
            ON CONFLICT (kind, subject) DO UPDATE SET latest_at = $3,
                failures = CASE WHEN sign_in_failure.latest_at < $4 THEN 1 ELSE sign_in_failure.failures + 1 END
            RETURNING failures
            """, kind, subject, now, forgotten)["failures"]
        try session.execute(
            "UPDATE sign_in_failure SET blocked_until = $3 WHERE kind = $1 AND subject = $2", kind, subject,
            now.advanced(bySeconds: backOff.waitSeconds(after: failures)))
    }
}
