import Core

/// How a reply stands at one moment.
struct ReplyStanding: Sendable {
    /// With all that has come; once it has ended, with its usage too.
    var message: Message

    var isOver: Bool { message.state != .streaming }
}

/// Follows a reply to its end, whichever worker reads it: from the gate where that is this one, else from the store.
///
/// Either way the gate knows that somebody is there, so that the reply does not count as abandoned.
struct ReplyFollowing: Sendable {
    let ports: Site.Ports
    let message: Message
    let person: PersonID

    /// Between two standings: so often a page changes at most.
    static let pause: Duration = .milliseconds(100)
    /// Between two looks at what another worker has kept.
    static let pollPause: Duration = .milliseconds(400)
    /// A standing comes at least so often, changed or not.
    static let silence: Duration = .seconds(15)
    /// How long another worker may believe that we still follow, and after how many looks it is told again.
    static let watchSeconds: Int64 = 5
    static let pollsBetweenWatches = 4

    /// The last one is over; a slow reader misses some in between.
    ///
    /// Ends with an error of the store, or `NotFound` when the question was withdrawn or the chat deleted meanwhile.
    func standings() -> AsyncThrowingStream<ReplyStanding, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                do {
                    try await follow { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private typealias Tell = @Sendable (ReplyStanding) -> Void

    private func follow(_ tell: @escaping Tell) async throws {
        guard let request = message.reply?.requestID else { return }
        var polls = 0
        while true {
            if let live = await ports.gate.reply(to: request, of: person) { return try await listen(to: live, tell) }
            let stored = ReplyStanding(message: try await ports.conversations.reply(to: request, of: person))
            if !stored.isOver, polls % Self.pollsBetweenWatches == 0 { try await watch(request) }
            tell(stored)
            if stored.isOver { return }
            polls += 1
            try await Task.sleep(for: Self.pollPause)
        }
    }

    private func watch(_ request: Core.RequestID) async throws {
        let moment = ports.time.now().advanced(bySeconds: Self.watchSeconds)
        _ = try await ports.ledger.watch(request, of: person, until: moment)
    }

    private func listen(to live: LiveReply, _ tell: @escaping Tell) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hear(live, tell) }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.silence)
                    tell(standing(live))
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func hear(_ live: LiveReply, _ tell: Tell) async throws {
        try await live.listen { events in
            for await event in events {
                if case .ended(let ending) = event {
                    return tell(ReplyStanding(message: message.ended(ending, text: live.text)))
                }
                tell(standing(live))
                try await Task.sleep(for: Self.pause)
            }
            throw CancellationError()
        }
    }

    private func standing(_ live: LiveReply) -> ReplyStanding {
        var message = message
        message.text = live.text
        return ReplyStanding(message: message)
    }
}
