import Logging

/// Requests that a program may send more than once, and that are done once.
extension Gate {
    /// - Throws: `GateError`; `.duplicateRequest` while it runs, `.settledBefore` where its answer was not kept.
    func submit(
        _ prompt: Prompt, once key: IdempotencyKey, _ plan: Call.Plan,
        waiting: @escaping @Sendable (QueuePlace) -> Void
    ) async throws(GateError) -> LiveReply {
        let request = try await remembered(key, prompt)
        if let reply = try replay(request, prompt, plan) { return reply }
        var prompt = prompt
        prompt.requestID = request.requestID
        do {
            return try await begin(prompt, plan, waiting: waiting)
        } catch .duplicateRequest {
            // It may have ended just now.
            if let reply = try replay(try await remembered(key, prompt), prompt, plan) { return reply }
            throw .duplicateRequest
        }
    }

    private func remembered(_ key: IdempotencyKey, _ prompt: Prompt) async throws(GateError) -> RememberedRequest {
        guard let repeats = ports.repeats else { throw .storeUnavailable(detail: "nothing remembers requests") }
        let now = ports.time.now()
        let request: RememberedRequest
        do {
            request = try await repeats.find(
                key, orBegin: prompt.requestID, at: now,
                until: now.advanced(bySeconds: IdempotencyKey.rememberedSeconds))
        } catch {
            throw GateError(error)
        }
        guard request.fingerprint == key.fingerprint else { throw .keyOfAnotherRequest }
        return request
    }

    /// - Returns: nil for what was not settled.
    private func replay(
        _ request: RememberedRequest, _ prompt: Prompt, _ plan: Call.Plan
    ) throws(GateError) -> LiveReply? {
        guard let charged = request.charged else { return nil }
        guard let answer = request.answer else { throw .settledBefore(charged) }
        let ending = ReplyEnding(
            outcome: .finished, usage: charged, cost: plan.route.tariff.cost(of: charged),
            finishReason: answer.finishReason, modelServed: answer.modelServed)
        let call = Call(prompt: prompt, plan: plan, meter: ports.meter)
        return LiveReply(answer, to: call, ending)
    }

    /// Keeps the answer to a request that may be sent again. Before it is settled: who finds it settled finds its answer
    /// too.
    func remember(_ conclusion: Call.Conclusion, of call: Call, _ reply: LiveReply) async {
        guard call.prompt.idempotencyKey != nil, conclusion.ending.outcome == .finished,
            let answer = reply.kept(conclusion)
        else { return }
        do {
            try await ports.repeats?.keep(answer, to: call.id)
        } catch {
            log.warning("an answer was not kept", metadata: ["request": "\(call.id)", "error": "\(error)"])
        }
    }
}
