import Synchronization

/// One prompt from its admission to its settlement: what has to outlive the browser.
final class Call: Sendable {
    /// Where a prompt goes and what it asks of its limits.
    struct Plan: Sendable {
        /// The model's public name.
        var model: String
        var route: Route
        var promptTokens: TokenCount
        var demand: Demand
        /// Whether the reply can be counted exactly.
        var countsExactly: Bool
    }

    let prompt: Prompt
    /// As it was asked.
    let asked: Plan
    let meter: any TokenMeter

    struct State {
        /// Whether it may have a place in the queue.
        var isWaiting = false
        var interrupt: (@Sendable () -> Void)?
        /// Why it was asked to end early.
        var stop: Outcome?
        /// Whether the reader left before the upstream had accepted.
        var hasLeft = false
        var isHeld = false
        var reply: LiveReply?
        var count = ReplyCount()
        var held: HeldReply?
        /// Nothing of what comes is taken any more.
        var isCut = false
        var usage: Usage?
        var modelServed: String?
        var finishReason: FinishReason?
        var unheardSince: Timestamp?
        var watchedUntil: Timestamp?
        var keptBytes = 0
        var conclusion: Conclusion?
    }

    /// How the reading came to its end, with the final count.
    struct Conclusion: Sendable {
        var ending: Ending
        var finishReason: FinishReason?
        var failure: UpstreamFailure?
        /// The end of what was held, where the reply was cut there.
        var cut: Cut?
    }

    /// Where a reply was cut, because no more could be held.
    struct Cut: Sendable {
        /// In tokens.
        var room: Int64
        /// Nil where the ledger could not be asked.
        var refusal: Refusal?
    }

    let state = Mutex(State())
    /// The plan that is followed instead of the asked one, and why. Apart from the rest, which is changed by it.
    private let followed = Mutex((plan: Plan, refusal: Refusal)?.none)

    private let waiting: @Sendable (QueuePlace) -> Void

    /// - Parameter waiting: is told each place that the call has in the queue.
    init(
        prompt: Prompt, plan: Plan, meter: any TokenMeter, waiting: @escaping @Sendable (QueuePlace) -> Void = { _ in }
    ) {
        self.prompt = prompt
        self.asked = plan
        self.meter = meter
        self.waiting = waiting
    }

    var id: RequestID { prompt.requestID }
    /// What is followed now.
    var plan: Plan { followed.withLock { $0?.plan } ?? asked }
    var route: Route { plan.route }
    var promptTokens: TokenCount { plan.promptTokens }
    var isExact: Bool { plan.countsExactly }

    /// Whether only what is usual is held at first, and more as the reply grows.
    var growsItsHold: Bool { prompt.body.hasReply && !prompt.body.isCountedAtTheEnd && !route.holdsWholeReply }

    /// Nil until the upstream has accepted.
    var reply: LiveReply? { state.withLock { $0.reply } }

    /// Nil until the reading is over.
    var conclusion: Conclusion? { state.withLock { $0.conclusion } }

    // MARK: Stopping

    /// Ends the work upstream, now or as soon as it begins. The first reason counts.
    func stop(_ reason: Outcome) {
        let interrupt = state.withLock { state in
            state.stop = state.stop ?? reason
            return state.interrupt
        }
        interrupt?()
    }

    /// The reader left. That is for the disconnect policy once there is a reply, and where somebody may come back for it;
    /// a place in the queue is given up at once. What comes all at once cannot be left without paying.
    func noteLeft() {
        guard prompt.body.hasReply else { return }
        let isOver = state.withLock { state in
            state.hasLeft = true
            return state.reply == nil && (state.isWaiting || !prompt.isForAPage)
        }
        if isOver { stop(.abandoned) }
    }

    var isStopped: Bool { state.withLock { $0.stop != nil } }

    /// Runs `body` in a task that `stop` cancels. The calling task itself goes on, to release or to settle.
    func interruptibly<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await body() }
        let isStopped = state.withLock { state in
            state.interrupt = { task.cancel() }
            return state.stop != nil
        }
        if isStopped { task.cancel() }
        defer { state.withLock { $0.interrupt = nil } }
        return try await task.value
    }

    // MARK: Being let in

    var isWaiting: Bool { state.withLock { $0.isWaiting } }

    func noteWaiting(_ isWaiting: Bool) {
        let hasLeft = state.withLock { state in
            state.isWaiting = isWaiting
            return state.hasLeft
        }
        if isWaiting && hasLeft { stop(.abandoned) }
    }

    func tell(_ place: QueuePlace) { waiting(place) }

    /// - Parameter plan: nil for the one that was asked.
    func downgrade(to plan: Plan?, because refusal: Refusal) {
        followed.withLock { $0 = plan.map { ($0, refusal) } }
    }

    /// From here on its lease must be refreshed, also while the upstream makes up its mind.
    func noteHeld() { state.withLock { $0.isHeld = true } }

    func begin(_ allowance: Allowance) -> LiveReply {
        let reply = LiveReply(allowance, to: self)
        state.withLock { state in
            state.reply = reply
            state.held = HeldReply(allowance)
        }
        return reply
    }

    var substitute: Substitute? { fallback.map { Substitute(.model($0.model), because: $0.refusal) } }

    /// The model that answers instead of the asked one, and the refusal that led to it.
    var fallback: (model: String, refusal: Refusal)? {
        followed.withLock { followed in followed.map { ($0.plan.model, $0.refusal) } }
    }
}

// MARK: What the gate asks once a second

extension Call {
    /// How far the reply is; nil as long as nothing is held for it.
    var progress: HoldProgress? {
        state.withLock { state in
            guard state.isHeld else { return nil }
            state.count.flush(by: count)
            return HoldProgress(requestID: id, streamedTokens: state.count.tokens)
        }
    }

    /// The text so far, when it has grown since it was kept last.
    var growth: ReplyProgress? {
        guard let reply else { return nil }
        let text = reply.text
        let hasGrown = state.withLock { $0.conclusion == nil && text.utf8.count > $0.keptBytes }
        return hasGrown ? ReplyProgress(requestID: id, text: text, room: reply.room, substitute: reply.substitute) : nil
    }

    func noteKept(_ text: String) { state.withLock { $0.keptBytes = text.utf8.count } }

    func heed(_ standing: HoldStanding) {
        state.withLock { $0.watchedUntil = standing.watchedUntil }
        if standing.isAskedToStop { stop(.stopped) }
    }

    /// Whether the reader left before the upstream has accepted.
    var isLeftUnanswered: Bool { state.withLock { $0.hasLeft && $0.reply == nil } }

    /// Nil while somebody waits for the upstream to accept. Who left before counts as one who has heard.
    private var hearing: (isHeard: Bool, wasHeard: Bool)? {
        let (reply, hasLeft) = state.withLock { ($0.reply, $0.hasLeft) }
        guard let hearing = reply?.hearing else { return hasLeft ? (isHeard: false, wasHeard: true) : nil }
        return (hearing.isHeard, hearing.wasHeard || hasLeft)
    }

    /// Nobody reads it: that ends it, or it goes on to its end without waiting for anybody to read.
    func noteUnheard() {
        switch route.disconnectPolicy {
        case .cancel: stop(.abandoned)
        case .drain: reply?.closeOutbox()
        }
    }

    /// Whether nobody has read the reply, here or in another worker, for as long as the tier's policy allows.
    ///
    /// - Parameter firstGraceSeconds: the time that the first listener has to come.
    func isUnheard(at now: Timestamp, firstGraceSeconds: Int64) -> Bool {
        guard let hearing else { return false }
        let graceSeconds: Int64 = if case .cancel(let seconds) = route.disconnectPolicy { seconds } else { 0 }
        return state.withLock { state in
            let isWatched = state.watchedUntil.map { now < $0 && !$0.isAhead(of: now) } ?? false
            guard !hearing.isHeard && !isWatched else {
                state.unheardSince = nil
                return false
            }
            let since = min(state.unheardSince ?? now, now)
            state.unheardSince = since
            let patience =
                hearing.wasHeard ? prompt.isForAPage ? graceSeconds : 0 : max(graceSeconds, firstGraceSeconds)
            return now >= since.advanced(bySeconds: patience)
        }
    }
}
