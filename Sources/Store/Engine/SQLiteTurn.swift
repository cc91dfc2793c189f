/// How processes take turns at SQLite's write lock, which one gets by asking at the right moment.
struct SQLiteTurn: Sendable, Hashable {
    /// How many writes one transaction does at most.
    var maxWrites = 64
    /// How long the lock is held before others may have it, from the moment that it was given. The write that passes it
    /// is the last one of its transaction.
    var maxDuration: Duration = .milliseconds(2)
    /// Longer than two looks of one who waits (`patientBusyMode`), with the kernel's own delay of each.
    var pauseMicroseconds: UInt32 = 200
}
