import Synchronization

/// One prompt from its admission to its settlement: what has to outlive the browser.
final class Call: Sendable {
    let prompt: Prompt
    let route: Route
    let promptTokens: TokenCount
    let demand: Demand
    private let meter: any TokenMeter

    private struct State {
        var interrupt: (@Sendable () -> Void)?
        /// Why it was asked to end early.
        var stop: Outcome?
        var isHeld = false
        var reply: LiveReply?
        var count = ReplyCount()
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
    }

    private let state = Mutex(State())

    init(prompt: Prompt, route: Route, promptTokens: TokenCount, demand: Demand, meter: any TokenMeter) {
        self.prompt = prompt
        self.route = route
        self.promptTokens = promptTokens
        self.demand = demand
        self.meter = meter
    }

    var id: RequestID { prompt.requestID }

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

    /// The reader left. Once there is a reply, that is for the disconnect policy; and what comes all at once cannot be
    /// left without paying.
    func stopUnlessAccepted() {
        if reply == nil && prompt.body.hasReply { stop(.abandoned) }
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

    // MARK: Reading

    /// From here on its lease must be refreshed, also while the upstream makes up its mind.
    func noteHeld() { state.withLock { $0.isHeld = true } }

    func begin(_ allowance: Allowance) -> LiveReply {
        let reply = LiveReply(
            requestID: id, path: route.path, promptTokens: promptTokens, allowance: allowance)
        state.withLock { $0.reply = reply }
        return reply
    }

    /// Reads everything that the upstream sends, and concludes.
    func read(_ accepted: UpstreamReply, into reply: LiveReply) async {
        do {
            let isWhole = try await interruptibly { [self] in
                for try await event in accepted.events {
                    take(event, into: reply)
                    await reply.untilThereIsRoom()
                }
                return !Task.isCancelled
            }
            conclude(reply, outcome: isWhole ? .finished : nil, failure: nil)
        } catch let failure as UpstreamFailure {
            conclude(reply, outcome: nil, failure: failure)
        } catch {
            conclude(reply, outcome: nil, failure: .garbage(detail: String(describing: error)))
        }
    }

    private func take(_ event: UpstreamEvent, into reply: LiveReply) {
        switch event {
        case .text(let piece): take(piece, as: .text, into: reply)
        case .reasoning(let piece): take(piece, as: .reasoning, into: reply)
        case .toolCall(let piece): take(piece, as: .toolCall, into: reply)
        case .passage(let bytes): reply.send(bytes)
        case .document(let bytes): reply.keep(document: bytes)
        case .servedModel(let name): state.withLock { $0.modelServed = name }
        case .finished(let reason): state.withLock { $0.finishReason = reason }
        case .usage(let usage): state.withLock { $0.usage = usage }
        }
    }

    private func take(_ piece: String, as kind: ReplyLog.Kind, into reply: LiveReply) {
        reply.append(piece, as: kind)
        let most = mostBelievable(of: reply.replyCap)
        let counted = state.withLock { state in
            state.count.add(piece, upTo: most, by: count)
            return state.count.tokens
        }
        guard counted > most else { return }
        let exact = counts(of: reply).total
        state.withLock { $0.count.correct(to: exact) }
        if exact > most { stop(.overran) }
    }

    /// An upstream that keeps to its cap may still have more tokens by a count that is only an estimate.
    private func mostBelievable(of replyCap: Int64) -> Int64 {
        promptTokens.isExact ? replyCap : replyCap.addingClamped(replyCap)
    }

    private func conclude(_ reply: LiveReply, outcome: Outcome?, failure: UpstreamFailure?) {
        let counts = counts(of: reply)
        let counted = Usage(
            promptTokens: promptTokens.tokens, completionTokens: counts.total, reasoningTokens: counts.reasoning,
            source: .counted)
        state.withLock { state in
            let outcome = outcome ?? state.stop ?? .failed
            let judgement = UsageJudgement(
                reported: state.usage, counted: counted, replyCap: reply.replyCap, isWhole: outcome == .finished)
            state.count.correct(to: counts.total)
            state.conclusion = Conclusion(
                ending: Ending(
                    usage: judgement.usage, outcome: outcome, modelServed: state.modelServed,
                    isDoubtful: judgement.isDoubtful),
                finishReason: outcome == .overran ? .length : state.finishReason,
                failure: outcome == .failed ? failure ?? .cut : nil)
        }
    }

    private func counts(of reply: LiveReply) -> (total: Int64, reasoning: Int64) {
        let reasoning = count(reply.reasoning)
        return ([count(reply.text), count(reply.toolCalls)].reduce(reasoning) { $0.addingClamped($1) }, reasoning)
    }

    private func count(_ text: String) -> Int64 {
        text.isEmpty ? 0 : meter.count(text, for: route.meteredModel).tokens
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
        return hasGrown ? ReplyProgress(requestID: id, text: text, room: reply.room) : nil
    }

    func noteKept(_ text: String) { state.withLock { $0.keptBytes = text.utf8.count } }

    func heed(_ standing: HoldStanding) {
        state.withLock { $0.watchedUntil = standing.watchedUntil }
        if standing.isAskedToStop { stop(.stopped) }
    }

    /// A page finds its reply again; an API client has lost it with its connection.
    private var isComingBack: Bool { prompt.body.api == nil }

    /// Whether nobody has read the reply, here or in another worker, for as long as the tier's policy allows.
    ///
    /// - Parameter firstGraceSeconds: the time that the first listener has to come.
    func isAbandoned(at now: Timestamp, firstGraceSeconds: Int64) -> Bool {
        guard case .cancel(let graceSeconds) = route.disconnectPolicy, let hearing = reply?.hearing else {
            return false
        }
        return state.withLock { state in
            let isWatched = state.watchedUntil.map { now < $0 } ?? false
            guard !hearing.isHeard && !isWatched else {
                state.unheardSince = nil
                return false
            }
            let since = state.unheardSince ?? now
            state.unheardSince = since
            let patience = hearing.wasHeard ? isComingBack ? graceSeconds : 0 : max(graceSeconds, firstGraceSeconds)
            return now >= since.advanced(bySeconds: patience)
        }
    }
}
