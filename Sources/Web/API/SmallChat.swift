import Core
import Hummingbird

/// `POST /v1/chat`: a prompt and its reply, for whoever finds a chat completion too much.
struct SmallChat: Sendable {
    let site: Site
    let context: SiteContext

    struct Answer: Encodable {
        struct Tokens: Encodable {
            let prompt: Int64
            let completion: Int64
            let total: Int64
        }

        let reply: String
        let model: String
        /// Why it ended: `stop` or `length`.
        let finishReason: String
        let usage: Tokens
        let balance: BalanceObject

        enum CodingKeys: String, CodingKey {
            case reply, model, usage, balance
            case finishReason = "finish_reason"
        }
    }

    /// - Throws: `Failure`, `GateError`.
    func respond(to request: Request) async throws -> Response {
        let body = try await request.json()
        let caller = try context.caller()
        let model = try await model(body, caller)
        let prompt = PromptBody.messages([ChatMessage(role: .user, content: try body.required("prompt").string())])
        let reply = try await site.submit(
            prompt, to: model, maxReplyTokens: try body.optionalInteger("max_tokens"),
            try request.idempotencyKey(of: caller, body), of: request, context)
        let (text, ending) = try await reply.whole()
        if let failure = Failure(ending, site.words) { throw failure }
        var response = try Response.json(
            Answer(
                reply: text, model: ending.modelServed ?? reply.answeringModel ?? model,
                finishReason: ending.finishReason == .length ? "length" : "stop",
                usage: Answer.Tokens(
                    prompt: ending.usage.promptTokens, completion: ending.usage.completionTokens,
                    total: ending.usage.totalTokens),
                balance: try await site.balance(of: caller)))
        response.headers.append(contentsOf: reply.substitution(of: model))
        return response
    }

    /// What was asked for, else the first one that the tier allows.
    private func model(_ body: APIValue, _ caller: KeyHolder) async throws -> String {
        if let name = try body.optionalString("model") { return name }
        guard let first = try await site.ports.models.allowed(for: caller.person.id).first else {
            throw Failure.unknownModel("")
        }
        return first.name
    }
}
