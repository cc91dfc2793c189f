import Synchronization

/// A reply on its way. The gate reads it from the upstream, whoever listens: listeners come and go, each at its own
/// pace, and none of them holds the reading up.
public final class LiveReply: Sendable {
    public let requestID: RequestID
    /// What the prompt was counted as, and held for.
    public let promptTokens: TokenCount
    /// The longest that the reply may become.
    public let replyCap: Int64
    /// The limit that left no room for a longer reply; nil when none did.
    public let shortenedBy: Account?
    /// Every limit on the way as the hold left it.
    public let accounts: [Account]
    /// On whose limits it counts.
    public let path: QuotaPath
    /// What it is in place of; nil for what was asked for.
    public let substitute: Substitute?
    /// Why it is not what was asked for.
    public let refusal: Refusal?
    /// By how much it is slowed down, in parts per million of its speed, and the limit that is nearly reached; nil for
    /// full speed.
    public let reduction: Int64?
    public let slowedBy: Account?
    /// What the organization says about its limits.
    public let alertRules: [AlertRule]
    /// Whether it was given before, to a request under the same key.
    public let isRepeated: Bool

    struct State {
        var log = ReplyLog()
        var outbox = Outbox()
        var ending: ReplyEnding?
        var listeners = 0
        var wasHeard = false
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0
    }

    struct Waiter {
        var continuation: CheckedContinuation<Void, Never>
        /// When it wants to be woken though nothing has come.
        var patientUntil: ContinuousClock.Instant
    }

    let state = Mutex(State())

    /// A reply that is to come.
    init(_ allowance: Allowance, to call: Call) {
        let plan = call.plan
        requestID = call.id
        path = plan.route.path
        promptTokens = plan.promptTokens
        replyCap = allowance.replyCap
        shortenedBy = allowance.shortenedBy
        accounts = allowance.charges.map(\.accountAfter)
        substitute = call.substitute
        refusal = call.fallback?.refusal
        reduction = allowance.reduction
        slowedBy = allowance.slowedBy
        alertRules = plan.route.alertRules
        isRepeated = false
        if call.prompt.idempotencyKey != nil { state.withLock { $0.outbox = Outbox(keepsCopy: true) } }
    }

    /// A reply that is there already.
    convenience init(_ answer: CachedAnswer, to call: Call, because refusal: Refusal, _ ending: ReplyEnding) {
        self.init(over: call, ending, refusal: refusal)
        state.withLock { $0.log.append(answer.text, as: .text) }
    }

    /// - Parameter refusal: why an earlier answer stands for a new one; nil for one to the same request.
    init(over call: Call, _ ending: ReplyEnding, refusal: Refusal?) {
        requestID = call.id
        path = call.asked.route.path
        promptTokens = call.asked.promptTokens
        replyCap = 0
        shortenedBy = nil
        accounts = []
        substitute = ending.substitute
        self.refusal = refusal
        reduction = nil
        slowedBy = nil
        alertRules = call.asked.route.alertRules
        isRepeated = refusal == nil
        state.withLock { $0.ending = ending }
    }

    /// The answer so far, without reasoning.
    public var text: String { state.withLock { $0.log.all(.text) } }

    /// Nil while it still runs.
    public var ending: ReplyEnding? { state.withLock { $0.ending } }

    /// Listens for as long as `body` runs: everything so far comes first, then what comes live, at last the ending.
    ///
    /// A reply without listeners is abandoned, and treated by the tier's disconnect policy.
    public func listen<Answer>(_ body: (ReplyEvents) async throws -> Answer) async rethrows -> Answer {
        state.withLock {
            $0.listeners += 1
            $0.wasHeard = true
        }
        defer { leave() }
        return try await body(ReplyEvents(reply: self))
    }

    /// Listens to the end, for a reader who wants the reply in one piece.
    ///
    /// - Throws: `CancellationError` when the reader left before.
    public func whole() async throws -> (text: String, ending: ReplyEnding) {
        try await listen { events in
            for await event in events {
                if case .ended(let ending) = event { return (text, ending) }
            }
            throw CancellationError()
        }
    }
}

// MARK: What the gate does

extension LiveReply {
    func append(_ piece: String, as kind: ReplyLog.Kind) {
        wake(after: { $0.log.append(piece, as: kind) })
    }

    func end(_ ending: ReplyEnding) {
        wake(after: { $0.ending = $0.ending ?? ending })
    }

    /// Whether anybody listens, and whether anybody ever did.
    var hearing: (isHeard: Bool, wasHeard: Bool) {
        state.withLock { ($0.listeners > 0, $0.wasHeard) }
    }

    var reasoning: String { state.withLock { $0.log.all(.reasoning) } }

    var toolCalls: String { state.withLock { $0.log.all(.toolCall) } }

    /// Keeps nothing more for a reader.
    func closeOutbox() {
        state.withLock { $0.outbox.close() }?.resume()
    }

    private func leave() {
        let held = state.withLock { state in
            state.listeners -= 1
            return state.listeners == 0 ? state.outbox.close() : nil
        }
        held?.resume()
    }

    /// Wakes the listeners who do not want to wait any longer without a sign.
    func wakeImpatient(at now: ContinuousClock.Instant) {
        wake(where: { $0.patientUntil <= now })
    }

    func wake(
        after change: (inout State) -> Void = { _ in }, where isDue: (Waiter) -> Bool = { _ in true }
    ) {
        let due = state.withLock { state in
            change(&state)
            guard !state.waiters.isEmpty else { return [] as [Waiter] }
            let due = state.waiters.filter { isDue($0.value) }
            for number in due.keys { state.waiters[number] = nil }
            return Array(due.values)
        }
        for waiter in due { waiter.continuation.resume() }
    }
}

// MARK: What a listener does

extension LiveReply {
    enum Next {
        case piece(ReplyEvent, end: Int)
        case ended(ReplyEnding)
        case nothingYet
    }

    func next(after position: Int) -> Next {
        state.withLock { state in
            if let (kind, piece, end) = state.log.piece(after: position) {
                return .piece(kind == .text ? .text(piece) : .reasoning(piece), end: end)
            }
            return state.ending.map(Next.ended) ?? .nothingYet
        }
    }

    /// Returns when there is something after `position`, the task was cancelled, or `patience` is over: the latter only
    /// about as exactly as the gate ticks.
    func change(after position: Int, patience: Duration) async {
        await change(patience: patience) { $0.log.piece(after: position) != nil }
    }

    /// The same, waiting until `isThere` holds or the reply is over.
    func change(patience: Duration, until isThere: @Sendable (State) -> Bool) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if Task.isCancelled || state.ending != nil || isThere(state) { return true }
                    state.waiters[number] = Waiter(continuation: continuation, patientUntil: .now + patience)
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
        }
    }
}
