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
    ///
    /// - Parameter patience: after how long without a word the reader is told so.
    public func relay<Answer>(
        patience: Duration = .seconds(15), _ body: (Passages) async throws -> Answer
    ) async rethrows -> Answer {
        try await listen { _ in try await body(Passages(reply: self, patience: patience)) }
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
        private let patience: Duration
        private var isOver = false

        init(reply: LiveReply, patience: Duration) {
            self.reply = reply
            self.patience = patience
        }

        public func makeAsyncIterator() -> Passages { self }

        public mutating func next() async -> PassageEvent? {
            if isOver || Task.isCancelled { return nil }
            if let event = takeNext() { return event }
            let end = ContinuousClock.now.advanced(by: patience)
            repeat {
                await reply.change(patience: ContinuousClock.now.duration(to: end)) { $0.outbox.hasPassages }
                if Task.isCancelled { return nil }
                if let event = takeNext() { return event }
                // Text wakes as well, a moment before its passage is there.
            } while ContinuousClock.now < end
            return .silence
        }

        private mutating func takeNext() -> PassageEvent? {
            let (event, released) = reply.nextPassage()
            released?.resume()
            if case .ended = event { isOver = true }
            return event
        }
    }

    private func nextPassage() -> (PassageEvent?, CheckedContinuation<Void, Never>?) {
        state.withLock { state in
            if let (bytes, released) = state.outbox.take() { return (.passage(bytes), released) }
            return (state.ending.map(PassageEvent.ended), nil)
        }
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
