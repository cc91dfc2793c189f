import Synchronization

// Reading what the upstream sends, no further than is held.
extension Call {
    /// Asks the ledger to hold so many tokens of the reply.
    typealias HoldMore = @Sendable (_ wanted: Int64) async throws -> Extension

    /// Is told how long the reply is with each piece, in tokens, before anybody sees the piece: what was shown is charged
    /// for, whatever becomes of this worker.
    typealias Note = @Sendable (_ tokens: Int64) -> Void

    /// Rests between two pieces of a reply that is to be slowed down, where the moment of the first of them says so.
    typealias Rest = @Sendable (_ pacing: inout Pacing) async throws -> Void

    /// Reads everything that the upstream sends, and concludes.
    func read(
        _ accepted: UpstreamReply, into reply: LiveReply, noting note: @escaping Note,
        holdingMore more: @escaping HoldMore, resting rest: @escaping Rest
    ) async {
        do {
            let isWhole = try await interruptibly { [self] in
                var pacing = reply.reduction.map(Pacing.init)
                for try await event in accepted.events {
                    await take(event, into: reply, noting: note, holdingMore: more)
                    // Once it is stopped, what came before is still counted: it was produced, and is paid for.
                    if Task.isCancelled { continue }
                    await reply.untilThereIsRoom()
                    if event.isPiece, pacing != nil { try? await rest(&pacing!) }
                }
                return !Task.isCancelled && !isStopped
            }
            conclude(reply, outcome: isWhole ? .finished : nil, failure: nil)
        } catch let failure as UpstreamFailure {
            conclude(reply, outcome: nil, failure: failure)
        } catch {
            conclude(reply, outcome: nil, failure: .garbage(detail: String(describing: error)))
        }
    }

    private func take(
        _ event: UpstreamEvent, into reply: LiveReply, noting note: Note, holdingMore more: HoldMore
    ) async {
        guard !state.withLock({ $0.isCut }) else { return }
        func take(_ piece: String, as kind: ReplyLog.Kind) async {
            let room = await room(for: piece, in: reply, holdingMore: more)
            append(room.map { beginning(of: piece, within: $0) } ?? piece, as: kind, to: reply, noting: note)
            if room != nil { cut(.limited) }
        }
        switch event {
        case .text(let piece): await take(piece, as: .text)
        case .reasoning(let piece): await take(piece, as: .reasoning)
        case .toolCall(let piece): await take(piece, as: .toolCall)
        case .passage(let bytes): reply.send(bytes)
        case .document(let bytes): reply.keep(document: bytes)
        case .servedModel(let name): state.withLock { $0.modelServed = name }
        case .finished(let reason): state.withLock { $0.finishReason = reason }
        case .usage(let usage): state.withLock { $0.usage = usage }
        }
    }

    private func append(_ piece: String, as kind: ReplyLog.Kind, to reply: LiveReply, noting note: Note) {
        let most = mostBelievable(of: reply.replyCap)
        let (counted, byPieces) = state.withLock { state in
            state.count.add(piece, upTo: most, by: count)
            return (state.count.tokens, state.count.tokensByPieces)
        }
        note(byPieces)
        reply.append(piece, as: kind)
        guard counted > most else { return }
        let exact = counts(of: reply).total
        state.withLock { $0.count.correct(to: exact) }
        guard exact > most else { return }
        cut(.overran)
    }

    /// An upstream that keeps to its cap may still have more tokens by a count that is only an estimate.
    private func mostBelievable(of replyCap: Int64) -> Int64 {
        promptTokens.isExact ? replyCap : replyCap.addingClamped(replyCap)
    }

    // MARK: Staying within what is held

    /// Makes sure that `piece` is held, and waits for more where it is not yet.
    ///
    /// - Returns: nil when it is; else how much of it is, in tokens: the reply ends there.
    private func room(for piece: String, in reply: LiveReply, holdingMore more: HoldMore) async -> Int64? {
        guard let taken = shortage(with: piece) else { return nil }
        await extend(at: taken, holdingMore: more)
        if left(after: piece) >= 0 { return nil }
        // Counted piece by piece it may have looked longer than it is.
        let exact = counts(of: reply).total
        state.withLock { $0.count.correct(to: min($0.count.tokens, exact)) }
        return left(after: piece) >= 0 ? nil : max(0, left(after: ""))
    }

    /// How much is held beyond the reply so far and `piece`, in tokens.
    private func left(after piece: String) -> Int64 {
        state.withLock { state in
            (state.held?.tokens ?? .max).subtractingClamped(cost(state.count, with: piece))
        }
    }

    /// What the reply will have taken with `piece`, where less than that is held; nil where all is well.
    private func shortage(with piece: String) -> Int64? {
        state.withLock { state in
            guard let held = state.held, held.tokens < held.cap else { return nil }
            guard held.isShort(at: most(state.count).addingClamped(Int64(piece.utf8.count))) else { return nil }
            state.count.flush(by: count)
            let taken = cost(state.count, with: piece)
            return held.isShort(at: taken) ? taken : nil
        }
    }

    private func extend(at taken: Int64, holdingMore more: HoldMore) async {
        guard let wanted = state.withLock({ $0.held?.wanted(at: taken) }) else { return }
        do {
            let extended = try await more(wanted)
            state.withLock { $0.held?.extend(extended) }
        } catch {
            if case LedgerFailure.unknownRequest = error { stop(.expired) }
            state.withLock { $0.held?.fail() }
        }
    }

    /// What the upstream may charge at most for the reply so far.
    private func most(_ count: ReplyCount) -> Int64 { isExact ? count.most : count.bytes }

    /// The same, counted: an estimate may be too low, but no token has less than a byte.
    private func cost(_ counted: ReplyCount, with piece: String) -> Int64 {
        isExact ? counted.tokens.addingClamped(count(piece)) : counted.bytes.addingClamped(Int64(piece.utf8.count))
    }

    /// As much of `piece` as `room` tokens can be.
    private func beginning(of piece: String, within room: Int64) -> String {
        var fitting = piece.unicodeScalars[...]
        var (least, most) = (0, fitting.count)
        while least < most {
            let middle = (least + most + 1) / 2
            fitting = piece.unicodeScalars.prefix(middle)
            if cost(ReplyCount(), with: String(fitting)) <= room { least = middle } else { most = middle - 1 }
        }
        return String(piece.unicodeScalars.prefix(least))
    }

    private func cut(_ outcome: Outcome) {
        state.withLock { $0.isCut = true }
        stop(outcome)
    }

    // MARK: The end

    /// It was stopped after it had been sent and before there was an answer. What the upstream read of it by then it
    /// charges for, and nobody can tell: the prompt counts.
    func giveUp(_ allowance: Allowance) {
        conclude(begin(allowance), outcome: nil, failure: nil)
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
                    isDoubtful: judgement.isDoubtful,
                    producedUnseen: judgement.isMoreThan(isExact ? counts.total : state.count.bytes)),
                finishReason: [.overran, .limited].contains(outcome) ? .length : state.finishReason,
                failure: outcome == .failed ? failure ?? .cut : nil, cut: outcome == .limited ? state.held?.cut : nil)
        }
    }

    private func counts(of reply: LiveReply) -> (total: Int64, reasoning: Int64) {
        let reasoning = count(reply.reasoning)
        return ([count(reply.text), count(reply.toolCalls)].reduce(reasoning) { $0.addingClamped($1) }, reasoning)
    }

    func count(_ text: String) -> Int64 {
        text.isEmpty ? 0 : meter.count(text, for: route.meteredModel).tokens
    }
}

extension UpstreamEvent {
    /// Whether it brings something of the reply.
    fileprivate var isPiece: Bool {
        switch self {
        case .text, .reasoning, .toolCall: true
        case .passage, .document, .servedModel, .finished, .usage: false
        }
    }
}

extension HeldReply {
    fileprivate var cut: Call.Cut {
        if case .limit(let refusal) = end { return Call.Cut(room: tokens, refusal: refusal) }
        return Call.Cut(room: tokens)
    }
}
