import Core

/// A write on its way: what it does, and who waits to hear of it.
struct SQLiteWrite: Sendable {
    /// Runs it inside a transaction. What it returns tells that it is committed.
    let run: @Sendable (SQLiteSession) throws -> @Sendable () -> Void
    /// Tells that nothing of it was kept.
    let fail: @Sendable (any Error) -> Void
    let askedAt = ContinuousClock.now

    /// - Parameter answer: is called once, between two transactions: it must not block.
    init<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value,
        answer: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        run = { session in
            let value = try body(session)
            return { answer(.success(value)) }
        }
        fail = { answer(.failure($0)) }
    }
}
