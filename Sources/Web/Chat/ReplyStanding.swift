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
    static let pause = Beat(every: .milliseconds(10), restBeats: 10)
    /// Between two looks at what another worker has kept.
    static let pollPause: Duration = .milliseconds(400)
    /// A standing comes at least so often, changed or not.
    static let silence: Duration = .seconds(15)
    /// How long another worker may believe that we still follow, and after how many looks it is told again.
    static let watchSeconds: Int64 = 5
    static let pollsBetweenWatches = 4

    /// Tells how the reply stands, again and again; the last standing is over. While `tell` is at work nothing is told, so
    /// that a slow reader misses some in between.
    ///
    /// Ends with an error of the store or of `tell`; `NotFound` when the question was withdrawn or the chat deleted
    /// meanwhile; `CancellationError`.
    func follow(_ tell: (ReplyStanding) async throws -> Void) async throws {
        guard let request = message.reply?.requestID else { return }
        var polls = 0
        while true {
            if let live = await ports.gate.reply(to: request, of: person) { return try await listen(to: live, tell) }
            let stored = ReplyStanding(message: try await ports.conversations.reply(to: request, of: person))
            if !stored.isOver, polls % Self.pollsBetweenWatches == 0 { try await watch(request) }
            try await tell(stored)
            if stored.isOver { return }
            polls += 1
            try await Task.sleep(for: Self.pollPause)
        }
    }

    private func watch(_ request: Core.RequestID) async throws {
        let moment = ports.time.now().advanced(bySeconds: Self.watchSeconds)
        _ = try await ports.ledger.watch(request, of: person, until: moment)
    }

    private func listen(to live: LiveReply, _ tell: (ReplyStanding) async throws -> Void) async throws {
        try await live.listen { events in
            var events = events.makeAsyncIterator()
            while true {
                switch await events.next(patience: Self.silence) {
                case .over: throw CancellationError()
                case .event(.ended(let ending)):
                    let ended = message.ended(ending, text: live.text)
                    return try await tell(ReplyStanding(message: ended))
                case .event, .silence:
                    try await tell(standing(live))
                    await Self.pause.rest()
                }
            }
        }
    }

    private func standing(_ live: LiveReply) -> ReplyStanding {
        var message = message
        message.text = live.text
        return ReplyStanding(message: message)
    }
}
