/// Lets `work` begin and waits for it, but no longer than `limit`: it goes on by itself then. For what is nice to have
/// written, while others may keep the store locked for seconds.
func briefly(_ limit: Duration, _ work: @escaping @Sendable () async -> Void) async {
    let (end, ending) = AsyncStream.makeStream(of: Void.self)
    let patience = Task {
        try? await Task.sleep(for: limit)
        ending.finish()
    }
    Task {
        await work()
        ending.finish()
    }
    for await _ in end {}
    patience.cancel()
}
