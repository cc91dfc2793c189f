import Synchronization

/// How many of the reading connections are taken. Who finds one free need not wait for it; a task that waited would keep
/// its thread from all others.
final class SQLiteReaders: Sendable {
    private let limit: Int
    private let taken = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Of somebody who may wait for a connection.
    func enter() {
        taken.add(1, ordering: .relaxed)
    }

    /// - Returns: false when all are taken; then nothing has changed.
    func enterIfFree() -> Bool {
        guard taken.add(1, ordering: .relaxed).newValue > limit else { return true }
        leave()
        return false
    }

    func leave() {
        taken.subtract(1, ordering: .relaxed)
    }
}
