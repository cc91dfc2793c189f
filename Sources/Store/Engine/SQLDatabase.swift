/// A database that every worker shares.
///
/// Neither method honours cancellation: a transaction that was begun is committed or rolled back on its own account, and
/// the caller learns which. What must not be half-known because a browser left, is not.
protocol SQLDatabase: Sendable {
    /// Runs `body` on a snapshot: everything it reads is from one moment. It cannot write.
    ///
    /// - Throws: what `body` throws, and `StoreFailure`.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value

    /// `read` for a look at a few rows by their keys, which takes less time than to wake a thread for it: on the calling
    /// thread where that can be.
    func look<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value

    /// Runs `body` in one transaction that no other writer interleaves with, and commits it. When `body` throws,
    /// nothing is changed.
    ///
    /// - Throws: what `body` throws, and `StoreFailure`; `.busy` after the busy timeout.
    @discardableResult
    func write<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value
}

extension SQLDatabase {
    func look<Value: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> Value) async throws -> Value {
        try await read(body)
    }
}
