import Synchronization

/// What an API client is told of its reply.
public enum PassageEvent: Sendable, Hashable {
    /// The next stretch of the answer's body: all that came since the last one.
    case passage([UInt8])
    /// Nothing came for a while, and the reply still runs.
    case silence
    /// Always the last event.
    case ended(ReplyEnding)
}

// What an API client reads. There is one of them, and it reads once.
extension LiveReply {
    /// Listens for as long as `body` runs. When it returns, nobody is left to read the reply.
    public func relay<Answer>(_ body: (Passages) async throws -> Answer) async rethrows -> Answer {
        try await listen { _ in try await body(Passages(reply: self)) }
    }

    /// The whole answer's body.
    ///
    /// - Returns: `body` is nil when the upstream broke off before there was one.
    /// - Throws: `CancellationError` when the reader left before.
    public func document() async throws -> (body: [UInt8]?, ending: ReplyEnding) {
        try await relay { passages in
            for await event in passages {
                if case .ended(let ending) = event { return (state.withLock { $0.outbox.document }, ending) }
            }
            throw CancellationError()
        }
    }

    /// Ends after `.ended`, or at once when the listening task is cancelled.
    public struct Passages: AsyncSequence, AsyncIteratorProtocol, Sendable {
        let reply: LiveReply
        private var silences = 0
        private var isOver = false

        init(reply: LiveReply) {
            self.reply = reply
        }

        public func makeAsyncIterator() -> Passages { self }

        public mutating func next() async -> PassageEvent? {
            while !isOver && !Task.isCancelled {
                let (event, released) = reply.nextPassage(afterSilences: silences)
                released?.resume()
                guard let event else {
                    await reply.passage(afterSilences: silences)
                    continue
                }
                if case .silence = event { silences += 1 }
                if case .ended = event { isOver = true }
                return event
            }
            return nil
        }
    }

    private func nextPassage(afterSilences silences: Int) -> (PassageEvent?, CheckedContinuation<Void, Never>?) {
        state.withLock { state in
            if let (bytes, released) = state.outbox.take() { return (.passage(bytes), released) }
            if let ending = state.ending { return (.ended(ending), nil) }
            return (state.outbox.silences > silences ? .silence : nil, nil)
        }
    }

    /// Returns when there is something to be told, or the task was cancelled.
    private func passage(afterSilences silences: Int) async {
        await change { $0.outbox.hasPassages || $0.outbox.silences > silences }
    }
}

// What the gate does.
extension LiveReply {
    func send(_ bytes: [UInt8]) {
        wake { $0.outbox.add(bytes) }
    }

    func keep(document bytes: [UInt8]) {
        state.withLock { $0.outbox.keep(document: bytes) }
    }

    func breakSilence(after duration: Duration) {
        let isSilent = state.withLock { $0.listeners > 0 && $0.outbox.notesSilence(of: duration) }
        if isSilent { wake { _ in } }
    }

    /// Waits while the reader is slow and too much waits for it, so that memory stays bounded.
    func untilThereIsRoom() async {
        guard state.withLock({ $0.outbox.isFull }) else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { reading in
                let hasRoom = state.withLock { state in
                    if Task.isCancelled || !state.outbox.isFull { return true }
                    state.outbox.hold(reading)
                    return false
                }
                if hasRoom { reading.resume() }
            }
        } onCancel: {
            state.withLock { $0.outbox.release() }?.resume()
        }
    }
}
