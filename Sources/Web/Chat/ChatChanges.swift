import Core
import Hummingbird
import Logging

extension Site {
    private struct Name: Decodable {
        let title: String
    }

    private struct Instructions: Decodable {
        let instructions: String
    }

    func renameChat(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form: Name = try await request.form()
        return try await change(context, notice: words("The chat has a new name.")) { chat, person in
            try await ports.conversations.rename(chat, to: form.title, of: person)
        }
    }

    /// What the model is told before everything else, from the next question on.
    func instructModel(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form: Instructions = try await request.form()
        return try await change(context, notice: words("The instructions hold from the next question on.")) {
            chat, person in
            try await ports.conversations.setSystemPrompt(form.instructions.typed, in: chat, of: person)
        }
    }

    private func change(
        _ context: SiteContext, notice: String, _ body: (ConversationID, PersonID) async throws -> Void
    ) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        let chat: ConversationID = try context.identifier("chat")
        do {
            try await body(chat, visit.person.id)
            return redirect(to: "/chat/\(chat)", notice: notice)
        } catch let flaws as Flaws {
            throw Failure(flaws, words)
        }
    }

    /// A reply that is still being written is stopped first: nobody could read it any more.
    func deleteChat(_ request: Request, _ context: SiteContext) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        let record = try await visit.recordInPath()
        try await visit.stop(in: record)
        try await ports.conversations.delete(record.conversation.id, of: visit.person.id)
        return redirect(to: "/chat", notice: words("The chat was deleted."))
    }
}
