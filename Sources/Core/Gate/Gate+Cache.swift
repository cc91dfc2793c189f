import Logging

/// Answering a question again with what was answered before.
extension Gate {
    /// An earlier answer to the question as it was asked; nil where there is none that may be given.
    func cached(_ call: Call) async -> CachedAnswer? {
        await cached(call.prompt, call.asked)
    }

    nonisolated func cached(_ prompt: Prompt, _ plan: Call.Plan) async -> CachedAnswer? {
        guard let cache = ports.cache, let seconds = plan.route.atLimit.cacheSeconds,
            let question = prompt.question(to: plan)
        else { return nil }
        do {
            let now = ports.time.now()
            guard let answer = try await cache.answer(to: question, at: now) else { return nil }
            guard !answer.answeredAt.isAhead(of: now) else { return nil }
            return now < answer.answeredAt.advanced(bySeconds: seconds) ? answer : nil
        } catch {
            log.warning("the cache could not be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Keeps a reply that came to its own end. A cache that fails is no reason to fail.
    func keep(_ reply: LiveReply, _ ending: ReplyEnding, of call: Call) async {
        guard let cache = ports.cache, let seconds = call.route.atLimit.cacheSeconds, ending.outcome == .finished,
            ending.finishReason == .stop, reply.toolCalls.isEmpty, let question = call.prompt.question(to: call.plan)
        else { return }
        let now = ports.time.now()
        let answer = CachedAnswer(text: reply.text, modelServed: ending.modelServed, answeredAt: now)
        guard answer.isSmall else { return }
        do {
            try await cache.keep(answer, to: question, until: now.advanced(bySeconds: seconds))
        } catch {
            log.warning("a reply was not kept in the cache", metadata: ["error": "\(error)"])
        }
    }

    /// A reply that is there already, and takes nothing.
    func reply(_ answer: CachedAnswer, to call: Call, because refusal: Refusal) async throws -> LiveReply {
        let ending = ReplyEnding(
            outcome: .finished, usage: Usage(promptTokens: 0, completionTokens: 0, source: .counted), cost: 0,
            finishReason: .stop, modelServed: answer.modelServed,
            substitute: Substitute(.earlierAnswer(answer.answeredAt), because: refusal))
        try await ports.transcript.replyEnded(ReplyRecord(requestID: call.id, text: answer.text, ending: ending))
        return LiveReply(answer, to: call, because: refusal, ending)
    }
}

extension Prompt {
    /// What an answer to it is kept under; nil for what is not answered again: an answer that is more than a text, and
    /// embeddings.
    func question(to plan: Call.Plan) -> CachedQuestion? {
        var content = QuestionContent()
        content.add(plan.model)
        content.add(String(maxReplyTokens ?? 0))
        switch body {
        case .messages(let messages):
            for message in messages {
                content.add(message.role.rawValue)
                content.add(message.content)
            }
        case .api(let request):
            guard request.isAnsweredByText, request.replies == 1 else { return nil }
            content.add(request.interface.rawValue)
            content.add(String(decoding: request.members, as: UTF8.self))
        }
        let path = plan.route.path
        return CachedQuestion(
            owner: plan.route.sharesCache
                ? .organization(path.organization) : .person(path.person), content: content.text)
    }
}

/// Parts one after the other, each with its length before it, so that no two questions look alike.
private struct QuestionContent {
    private(set) var text = ""

    mutating func add(_ part: String) { text += "\(part.utf8.count):\(part)" }
}
