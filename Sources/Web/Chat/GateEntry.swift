import Core

/// A prompt on its way into the gate, which may make it wait. Whoever lets go of it leaves the queue.
final class GateEntry: Sendable {
    private let task: Task<LiveReply, any Error>
    private let places: AsyncStream<QueuePlace>

    init(_ prompt: Prompt, _ gate: Gate) {
        let (places, continuation) = AsyncStream.makeStream(of: QueuePlace.self, bufferingPolicy: .bufferingNewest(1))
        self.places = places
        task = Task {
            defer { continuation.finish() }
            return try await gate.submit(prompt) { place in continuation.yield(place) }
        }
    }

    /// Once it is in, that is for the disconnect policy alone.
    deinit { task.cancel() }

    /// The next place that it has in the queue; nil once it is in, or refused. Leaves when the caller does.
    func place() async -> QueuePlace? {
        await withTaskCancellationHandler {
            for await place in places { return place }
            return nil
        } onCancel: {
            task.cancel()
        }
    }

    /// Leaves the queue.
    ///
    /// - Returns: false where it is too late for that, as it is in.
    func leave() async -> Bool {
        task.cancel()
        return await Task { [task] in
            guard case .success = await task.result else { return true }
            return false
        }.value
    }

    /// - Throws: `GateError`.
    func reply() async throws -> LiveReply {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
