import Core
import Hummingbird

extension Site {
    /// The one way of a program's prompt into the gate: filed under its key and its feature, and only with a stream slot.
    ///
    /// - Throws: `Failure`, `GateError`; then nothing was charged.
    func submit(
        _ body: PromptBody, to model: String, maxReplyTokens: Int64?, _ key: IdempotencyKey?, of request: Request,
        _ context: SiteContext
    ) async throws -> LiveReply {
        let caller = try context.caller()
        let prompt = Prompt(
            requestID: context.requestID, person: caller.person.id, project: caller.project, key: caller.key,
            feature: try request.feature(), model: model, body: body, maxReplyTokens: maxReplyTokens,
            idempotencyKey: key)
        guard context.takeStreamSlot() else { throw Failure.noStreamSlotForPrograms(words) }
        return try await ports.gate.submit(prompt)
    }
}
