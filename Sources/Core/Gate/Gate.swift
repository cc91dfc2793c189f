public import Logging

/// The only way to an upstream. A prompt passes it when every limit on its path has room, and not otherwise; and every
/// prompt that passed is settled, whatever becomes of its reader.
///
/// The work on a prompt runs in tasks of the gate's own, which no lost browser cancels. `run()` must be running for as
/// long as prompts are submitted: it refreshes leases, hears what other workers ask, and settles for workers that are
/// gone.
public actor Gate {
    public struct Settings: Sendable, Hashable {
        /// How long a worker may be silent before another one settles for it.
        public var leaseSeconds: Int64
        /// How often running requests are refreshed.
        public var tick: Duration
        /// How often the holds of workers that are gone are looked for.
        public var ticksBetweenReaps: Int
        /// How long a reply waits for its first listener before it counts as abandoned.
        public var firstListenerSeconds: Int64
        /// How often the first of a queue looks whether it is its turn; the others somewhat less often.
        public var queuePause: Duration
        /// How long a worker that stops goes on trying to settle what the store does not take.
        public var lastTries: Duration

        public init(
            leaseSeconds: Int64 = 60, tick: Duration = .milliseconds(500), ticksBetweenReaps: Int = 10,
            firstListenerSeconds: Int64 = 10, queuePause: Duration = .milliseconds(250),
            lastTries: Duration = .seconds(3)
        ) {
            self.leaseSeconds = leaseSeconds
            self.tick = tick
            self.ticksBetweenReaps = ticksBetweenReaps
            self.firstListenerSeconds = firstListenerSeconds
            self.queuePause = queuePause
            self.lastTries = lastTries
        }
    }

    /// Everything that the gate talks to.
    public struct Ports: Sendable {
        public var policy: any GatePolicy
        public var ledger: any Ledger
        public var upstream: any Upstream
        public var meter: any TokenMeter
        public var transcript: any Transcript
        /// Nil keeps no answers.
        public var cache: (any ReplyCache)?
        /// Nil takes no request that may be sent again.
        public var repeats: (any RepeatedRequests)?
        public var time: any TimeSource
        /// Rests for a while, or throws when the task is cancelled. Tests own this clock, too.
        public var rest: @Sendable (Duration) async throws -> Void

        public init(
            policy: any GatePolicy, ledger: any Ledger, upstream: any Upstream, meter: any TokenMeter,
            transcript: any Transcript, cache: (any ReplyCache)? = nil,
            repeats: (any RepeatedRequests)? = nil, time: any TimeSource,
            rest: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        ) {
            self.policy = policy
            self.ledger = ledger
            self.upstream = upstream
            self.meter = meter
            self.transcript = transcript
            self.cache = cache
            self.repeats = repeats
            self.time = time
            self.rest = rest
        }
    }

    let ports: Ports
    let settings: Settings
    let log: Logger
    /// This worker's name in the ledger.
    let worker: String
    var calls: [RequestID: Call] = [:]
    /// Calls whose end the store could not take yet.
    var unfinished: Set<RequestID> = []
    /// Those that had run out when they were looked for last; none when that failed.
    var expiredLeases: [Lease] = []
    /// Takes no more prompts.
    public internal(set) var isDraining = false
    /// What is cut off from now on is cut off by this worker, not by its reader.
    var isEnding = false
    var idleWaiters: [CheckedContinuation<Void, Never>] = []

    public init(worker: String, ports: Ports, settings: Settings = Settings(), log: Logger) {
        self.worker = worker
        self.ports = ports
        self.settings = settings
        self.log = log
    }

    /// Counts, holds and sends a prompt; returns when the upstream has accepted it, before any text. A caller that is
    /// cancelled before stops a program's prompt, and gives up any place in a queue. For everything else, and afterwards,
    /// there is the disconnect policy: whoever reloads a page finds its reply there.
    ///
    /// Where a limit leaves no room, another model may answer, or an earlier answer is given again: the reply says so.
    /// What was sent before under the same key is answered as it was then, and charged once.
    ///
    /// - Parameter waiting: is told each place that the prompt has in a queue, while it has to wait for its turn.
    /// - Throws: `GateError`; then nothing is charged, but for the prompt of what was stopped after it had been sent.
    public func submit(
        _ prompt: Prompt, waiting: @escaping @Sendable (QueuePlace) -> Void = { _ in }
    ) async throws(GateError) -> LiveReply {
        let plan = try await plan(prompt, for: prompt.model)
        guard let key = prompt.idempotencyKey else { return try await begin(prompt, plan, waiting: waiting) }
        return try await submit(prompt, once: key, plan, waiting: waiting)
    }

    func begin(
        _ prompt: Prompt, _ plan: Call.Plan, waiting: @escaping @Sendable (QueuePlace) -> Void
    ) async throws(GateError) -> LiveReply {
        let call = Call(prompt: prompt, plan: plan, meter: ports.meter, waiting: waiting)
        guard !isDraining else { throw .shuttingDown }
        guard calls[call.id] == nil else { throw .duplicateRequest }
        calls[call.id] = call
        let opening = Task { await open(call) }
        let opened = await withTaskCancellationHandler {
            await opening.value
        } onCancel: {
            call.noteLeft()
        }
        return try opened.get()
    }

    /// What would become of `prompt` if it were submitted now.
    ///
    /// - Throws: `GateError`, but neither `.refused` nor `.promptTooLong`: the quote says so.
    public nonisolated func quote(_ prompt: Prompt) async throws(GateError) -> Quote {
        do {
            let route = try await route(of: prompt, to: prompt.model)
            let count = try count(prompt, on: route)
            let demand = try demand(of: prompt, promptTokens: count.tokens, on: route)
            let accounts = try await ports.ledger.accounts(on: route.path, at: ports.time.now())
            let admission = Admission.decide(demand, on: accounts)
            var quote = Quote(
                promptTokens: count, maxPromptTokens: route.bounds.longestPrompt, maxReplyTokens: demand.replyCap,
                admission: admission, accounts: accounts, alertRules: route.alertRules)
            if case .refused(let refusal) = admission, !quote.isTooLong {
                quote.wouldWait =
                    route.waitsForHolds && refusal.isOnlyForHolds && refusal.window != .perRequest
                quote.substitute = try await substitute(
                    for: try plan(prompt, for: prompt.model, route), refusal, prompt)
            }
            return quote
        } catch {
            throw GateError(error)
        }
    }

    /// A reply that this worker is reading, to listen to it again; nil when it is over, another worker's, or somebody
    /// else's.
    public func reply(to request: RequestID, of person: PersonID) -> LiveReply? {
        guard let call = calls[request], call.prompt.person == person else { return nil }
        return call.reply
    }

    /// Stops a reply: at once where this worker reads it, else within a second or so.
    ///
    /// - Returns: false when this person has no such running request.
    /// - Throws: `GateError.storeUnavailable`.
    public func stop(_ request: RequestID, of person: PersonID) async throws(GateError) -> Bool {
        if let call = calls[request], call.prompt.person == person {
            call.stop(.stopped)
            return true
        }
        do {
            return try await ports.ledger.askToStop(request, of: person)
        } catch {
            throw GateError(error)
        }
    }

    // MARK: Planning, beside the actor: a long prompt takes its time to count, and nobody waits for that.

    /// - Parameter model: the public name of the one that is to answer.
    nonisolated func plan(_ prompt: Prompt, for model: String) async throws(GateError) -> Call.Plan {
        guard prompt.maxReplyTokens.map({ $0 > 0 }) ?? true else { throw .invalidReplyLength }
        return try plan(prompt, for: model, try await route(of: prompt, to: model))
    }

    private nonisolated func plan(
        _ prompt: Prompt, for model: String, _ route: Route
    ) throws(GateError) -> Call.Plan {
        let count = try count(prompt, on: route)
        let longest = prompt.body.hasReply ? route.bounds.longestPrompt : route.bounds.maxPromptTokens
        guard count.tokens <= longest else { throw .promptTooLong(count, maximum: longest) }
        let demand = try demand(of: prompt, promptTokens: count.tokens, on: route)
        guard demand.replyCap > 0 || !prompt.body.hasReply else { throw .invalidReplyLength }
        return Call.Plan(
            model: model, route: route, promptTokens: count, demand: demand,
            countsExactly: ports.meter.count("a", for: route.meteredModel).isExact)
    }

    /// What would be given where `refusal` stands in the way of `plan`; nil for nothing.
    private nonisolated func substitute(
        for plan: Call.Plan, _ refusal: Refusal, _ prompt: Prompt
    ) async throws -> Substitute? {
        for try await fallback in Fallbacks(gate: self, prompt: prompt, plan: plan) {
            let accounts = try await ports.ledger.accounts(on: fallback.route.path, at: ports.time.now())
            if case .granted = Admission.decide(fallback.demand, on: accounts) {
                return Substitute(.model(fallback.model), because: refusal)
            }
        }
        return await cached(prompt, plan).map { Substitute(.earlierAnswer($0.answeredAt), because: refusal) }
    }

    private nonisolated func route(of prompt: Prompt, to model: String) async throws(GateError) -> Route {
        do {
            var route = try await ports.policy.route(of: prompt.person, to: model)
            guard route.tariff.isSound else { throw GateError.storeUnavailable(detail: "a negative price or weight") }
            route.path.project = prompt.project
            route.path.key = prompt.key
            // Nobody could say what an answer that comes at once has cost, if it were cancelled before.
            if !prompt.body.hasReply { route.disconnectPolicy = .drain }
            return route
        } catch {
            throw GateError(error)
        }
    }

    private nonisolated func count(_ prompt: Prompt, on route: Route) throws(GateError) -> TokenCount {
        let measure = ports.meter.measure(prompt.body, for: route.meteredModel)
        guard measure.unmeterable.isEmpty else { throw .unmeterable(measure.unmeterable) }
        return measure.count
    }

    private nonisolated func demand(
        of prompt: Prompt, promptTokens: Int64, on route: Route
    ) throws(GateError) -> Demand {
        guard prompt.body.hasReply else { return Demand(promptTokens: promptTokens, replyCap: 0, tariff: route.tariff) }
        let longest = route.bounds.longestReply(to: promptTokens, asked: prompt.maxReplyTokens)
        let (replyCap, isTooMuch) = longest.multipliedReportingOverflow(by: prompt.body.replies)
        guard !isTooMuch else { throw .tooManyReplies }
        return Demand(
            promptTokens: promptTokens, replyCap: replyCap,
            minimumReply: route.bounds.minimumReplyTokens.multipliedClamped(by: prompt.body.replies),
            tariff: route.tariff)
    }
}
