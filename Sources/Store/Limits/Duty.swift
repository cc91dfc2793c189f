import Core

/// Something that is done every so often for all workers, by whichever comes first.
struct Duty: Sendable {
    let name: String
    let everySeconds: Int64

    /// What every worker does by itself.
    static let lookingForExpiredLeases = Duty(name: "expired leases", everySeconds: 0)
}

extension SQLSession {
    /// Whether it may be time. A clock that steps back ends a wait that it has made absurd.
    func isDue(_ duty: Duty, at now: Timestamp) throws -> Bool {
        try row(
            "SELECT name FROM duty WHERE name = $1 AND next_at > $2 AND next_at <= $3", duty.name, now,
            now.advanced(bySeconds: duty.everySeconds)) == nil
    }

    /// Takes it for this transaction; false when another worker has.
    func take(_ duty: Duty, at now: Timestamp) throws -> Bool {
        guard try isDue(duty, at: now) else { return false }
        try note(duty, at: now)
        return true
    }

    /// It has been done now.
    func note(_ duty: Duty, at now: Timestamp) throws {
        try execute(
            "INSERT INTO duty (name, next_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at",
            duty.name, now.advanced(bySeconds: duty.everySeconds))
    }
}
