import Glibc

/// How processes take turns at SQLite's write lock, which one gets by asking at the right moment.
struct SQLiteTurn: Sendable {
    /// How many writes one transaction does at most.
    var maxWrites = 64
    /// How long the lock is held before others may have it, from the moment that it was given. The write that passes it
    /// is the last one of its transaction.
    var maxDuration: Duration = .milliseconds(2)
    /// A write that was asked for longer ago says of the time what is no longer so: where a process was stopped meanwhile,
    /// others may have written what came later. Half of what clocks may step back by (`ClockError`).
    var longestWait: Duration = .seconds(30)
    /// Longer than two looks of one who waits (`patientBusyMode`), with the kernel's own delay of each.
    var pauseMicroseconds: UInt32 = 200
    /// How it pauses. Tests own this clock.
    var pause: @Sendable (_ microseconds: UInt32) -> Void = { usleep($0) }
}
