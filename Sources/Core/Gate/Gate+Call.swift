import Logging

/// The way of one call: admit, send, read, settle. None of it runs in a task that a reader can cancel.
extension Gate {
    func open(_ call: Call) async -> Result<LiveReply, GateError> {
        do {
            switch try await admit(call) {
            case .cached(let answer, let refusal):
                defer { forget(call) }
                return .success(try await reply(answer, to: call, because: refusal))
            case .held(let allowance):
                let accepted = try await send(call, allowance)
                let reply = call.begin(allowance)
                Task { await relay(accepted, into: reply, of: call) }
                return .success(reply)
            }
        } catch {
            if !unfinished.contains(call.id) { forget(call) }
            if let failure = error as? StoreFailure { note(failure, of: call) }
            return .failure(GateError(error))
        }
    }

    private func send(_ call: Call, _ allowance: Allowance) async throws -> UpstreamReply {
        let upstreamCall = UpstreamCall(
            requestID: call.id, endpoint: call.route.endpoint, model: call.route.meteredModel.name,
            body: call.prompt.body, maxCompletionTokens: allowance.replyCap / call.prompt.body.replies)
        do {
            if call.isStopped { throw GateError.stopped }
            return try await call.interruptibly { [upstream = ports.upstream] in try await upstream.open(upstreamCall) }
        } catch {
            if error is CancellationError { call.giveUp(allowance) }
            // Read before releasing: a refresh that finds the hold gone stops the call too.
            let wasStopped = call.isStopped
            await finish(call)
            if wasStopped { throw stopped }
            log.warning("the upstream did not take a prompt", metadata: metadata(call, error))
            throw error as? UpstreamFailure ?? .garbage(detail: String(describing: error))
        }
    }

    /// Why a call that was stopped did not come through.
    var stopped: GateError { isDraining || isEnding ? .shuttingDown : .stopped }

    private func relay(_ accepted: UpstreamReply, into reply: LiveReply, of call: Call) async {
        await call.read(accepted, into: reply) { [ports] tokens in
            ports.ledger.note(tokens, of: call.id)
        } holdingMore: { [ports, log] wanted in
            do {
                return try await ports.ledger.extend(call.id, toReply: wanted, at: ports.time.now())
            } catch {
                log.warning("no more could be held", metadata: ["request": "\(call.id)", "error": "\(error)"])
                throw error
            }
        } resting: { [ports] pacing in
            let delay = pacing.delay(at: ports.time.now())
            if delay > 0 { try await ports.rest(.milliseconds(delay)) }
        }
        if let conclusion = call.conclusion { note(conclusion, of: call) }
        await finish(call)
    }

    /// Settles what was or may have been accepted, releases what was not. What the store cannot take now is tried again at every tick.
    ///
    /// - Returns: why the store did not take it.
    @discardableResult
    func finish(_ call: Call) async -> (any Error)? {
        if let reply = call.reply, let conclusion = call.conclusion {
            await settle(call, conclusion, to: reply)
        } else {
            await release(call)
        }
    }

    /// Settles, keeps the text, and tells the listeners, who are told even when the store fails.
    private func settle(_ call: Call, _ conclusion: Call.Conclusion, to reply: LiveReply) async -> (any Error)? {
        await remember(conclusion, of: call, reply)
        var ending = ReplyEnding(conclusion, of: reply, tariff: call.route.tariff)
        defer { reply.end(ending) }
        do {
            let settlement = try await ports.ledger.settle(call.id, as: conclusion.ending, at: ports.time.now())
            ending.usage = settlement.usage
            ending.cost = settlement.cost
            try await ports.transcript.replyEnded(ReplyRecord(requestID: call.id, text: reply.text, ending: ending))
            await keep(reply, ending, of: call)
            forget(call)
            return nil
        } catch {
            postpone(call, because: error)
            return error
        }
    }

    private func release(_ call: Call) async -> (any Error)? {
        do {
            try await ports.ledger.release(call.id)
            forget(call)
            return nil
        } catch {
            postpone(call, because: error)
            return error
        }
    }

    private func postpone(_ call: Call, because error: any Error) {
        if error is LedgerFailure {
            log.critical("the ledger cannot settle this request, ever", metadata: metadata(call, error))
            forget(call)
        } else if unfinished.insert(call.id).inserted {
            log.error("the store could not take the end of a request; trying again", metadata: metadata(call, error))
            wakeIdleWaiters()
        }
    }

    private func forget(_ call: Call) {
        calls[call.id] = nil
        unfinished.remove(call.id)
        wakeIdleWaiters()
    }

    // MARK: For the log

    private func note(_ failure: StoreFailure, of call: Call) {
        log.critical("the store is not there; nothing passes the gate", metadata: metadata(call, failure))
    }

    /// All that is known of a request that this worker could not settle: somebody may have to book it by hand.
    func noteLost(_ call: Call) {
        guard let usage = call.conclusion?.ending.usage else { return }
        log.critical(
            "a request was not settled; another worker charges what was noted of it, which may be less",
            metadata: [
                "request": "\(call.id)", "person": "\(call.prompt.person)", "model": "\(call.plan.model)",
                "prompt_tokens": "\(usage.promptTokens)", "completion_tokens": "\(usage.completionTokens)",
            ])
    }

    func noteShadowed(_ allowance: Allowance, of call: Call) {
        for refusal in allowance.shadowed {
            log.notice(
                "a limit in shadow mode would have refused",
                metadata: ["request": "\(call.id)", "limit": "\(refusal.limit)", "needed": "\(refusal.needed)"])
        }
    }

    private func note(_ conclusion: Call.Conclusion, of call: Call) {
        if conclusion.ending.isDoubtful {
            log.warning("the upstream's usage is beyond belief; charged by count", metadata: ["request": "\(call.id)"])
        }
        if let failure = conclusion.failure {
            log.warning("the upstream failed after it had accepted", metadata: metadata(call, failure))
        }
    }

    private func metadata(_ call: Call, _ error: any Error) -> Logger.Metadata {
        ["request": "\(call.id)", "error": "\(error)"]
    }
}

extension ReplyEnding {
    fileprivate init(_ conclusion: Call.Conclusion, of reply: LiveReply, tariff: Tariff) {
        self.init(
            outcome: conclusion.ending.outcome, usage: conclusion.ending.usage,
            cost: tariff.cost(of: conclusion.ending.usage), finishReason: conclusion.finishReason,
            modelServed: conclusion.ending.modelServed, failure: conclusion.failure,
            room: conclusion.cut.map(ReplyRoom.init) ?? reply.room, limitedBy: conclusion.cut?.refusal,
            substitute: reply.substitute)
    }
}
