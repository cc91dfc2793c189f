import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// A question on its way to a model, as its form says.
struct Asking: Sendable {
    var submission: Submission
    /// The chat as it was before; nil for one that begins.
    var before: ConversationRecord?

    /// As another question than the first one of its form.
    fileprivate var renamed: Asking {
        var asking = self
        let content = [submission.key, submission.model, submission.question ?? ""].joined(separator: "\n")
        let name = String(SHA256.hash(data: Data(content.utf8)).hexadecimal.prefix(32))
        asking.submission.key = name
        if before == nil { asking.submission.conversation = ConversationID(rawValue: name) }
        return asking
    }

    /// What the page shows again when the question is refused.
    func scene(_ problem: Failure) -> ChatScene {
        var scene = ChatScene(record: before, model: submission.model, problem: problem)
        switch submission.kind {
        case .ask(let text):
            scene.draft = text
            scene.instructions = submission.systemPrompt ?? ""
            scene.submission = submission.key
        case .edit(_, let text): scene.edited = text
        case .regenerate: break
        }
        return scene
    }
}

/// A question that was stored, with the reply that is to come.
struct Asked: Sendable {
    var asking: Asking
    var submitted: Submitted
    /// Its way into the gate; nil where it was sent before.
    var entry: GateEntry?
    /// Where it waits for its turn; nil once it is in.
    var place: QueuePlace?

    var record: ConversationRecord { submitted.record }
    var chat: ConversationID { submitted.record.conversation.id }
    var reply: Message { submitted.reply }
}

extension ChatVisit {
    /// Takes the question and opens the reply, or finds it a place in the queue. Everything else that can still choose a
    /// status happens here; afterwards the reply goes on whoever listens.
    ///
    /// - Throws: `Failure`, `Flaws`, `SubmissionFailure`, `GateError`: then the chat is as it was before, and nothing is
    ///   charged; but what was stopped after it had been sent stays, with its prompt charged.
    func ask(_ asking: Asking) async throws -> Asked {
        guard context.takeStreamSlot() else { throw Failure.noStreamSlot(words) }
        let (asking, submitted) = try await submit(asking)
        let submission = asking.submission
        var asked = Asked(asking: asking, submitted: submitted)
        if submitted.isRepeated { return asked }
        let prompt = Prompt(
            requestID: submission.requestID, person: person.id, conversation: submission.conversation,
            model: submission.model, messages: submitted.record.prompt)
        let entry = GateEntry(prompt, ports.gate)
        asked.entry = entry
        asked.place = await entry.place()
        if asked.place == nil { try await untilLetIn(asked) { _ in } }
        return asked
    }

    /// Stores the question. A page that was gone back to has the form of a question that was sent, and its name: what is
    /// asked there in other words is another question, which gets its name from the form and the words.
    private func submit(_ asking: Asking) async throws -> (Asking, Submitted) {
        do {
            return (asking, try await ports.conversations.submit(asking.submission, of: person.id))
        } catch SubmissionFailure.keyOfAnotherQuestion {
            let asking = asking.renamed
            return (asking, try await ports.conversations.submit(asking.submission, of: person.id))
        }
    }

    /// Returns when the question is in; tells each new place that it has until then.
    ///
    /// - Throws: `GateError`, and what `tell` throws: then the chat is as it was before.
    func untilLetIn(_ asked: Asked, _ tell: (QueuePlace) async throws -> Void) async throws {
        guard let entry = asked.entry else { return }
        do {
            var place = asked.place
            while let next = place {
                try await tell(next)
                place = await entry.place()
            }
            _ = try await entry.reply()
        } catch {
            if await entry.leave() { await withdraw(asked.asking.submission.requestID) }
            throw error
        }
    }

    /// Even when the reader has left: in a task that nobody cancels.
    private func withdraw(_ request: Core.RequestID) async {
        await Task { [ports, person, context] in
            do {
                try await ports.conversations.withdraw(request, of: person.id)
            } catch {
                context.logger.error("A question could not be withdrawn", metadata: ["error": "\(error)"])
            }
        }.value
    }
}

extension Site {
    private struct Question: Decodable {
        let text: String
        let submission: String
        let model: String
        let instructions: String?
    }

    private struct Replacement: Decodable {
        let text: String?
        /// The composer's, where a script adds it.
        let model: String?
    }

    /// The first question of a new chat, which gets its name from the form: the same form sent twice is one chat.
    func askFirst(_ request: Request, _ context: SiteContext) async throws -> Response {
        let form: Question = try await request.form()
        let submission = Submission(
            key: form.submission, conversation: ConversationID(rawValue: form.submission), kind: .ask(form.text.typed),
            model: form.model, systemPrompt: form.instructions?.typed)
        let visit = try await ChatVisit(self, context)
        return try await visit.answer(Asking(submission: submission), to: request)
    }

    func askNext(_ request: Request, _ context: SiteContext) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        let form: Question = try await request.form()
        let before = try await visit.recordInPath()
        let submission = Submission(
            key: form.submission, conversation: before.conversation.id, kind: .ask(form.text.typed), model: form.model)
        return try await visit.answer(Asking(submission: submission, before: before), to: request)
    }

    /// Another question in place of the last one. A message is replaced once: its own name keeps a form that is sent
    /// twice apart from two forms.
    func askEdited(_ request: Request, _ context: SiteContext) async throws -> Response {
        let message: MessageID = try context.identifier("message")
        return try await replace(request, context, key: "edit-\(message)") { .edit(message, $0.text?.typed ?? "") }
    }

    /// Another reply in place of the last one.
    func askAgain(_ request: Request, _ context: SiteContext) async throws -> Response {
        let message: MessageID = try context.identifier("message")
        return try await replace(request, context, key: "regenerate-\(message)") { _ in .regenerate(message) }
    }

    private func replace(
        _ request: Request, _ context: SiteContext, key: String, _ kind: (Replacement) -> Submission.Kind
    ) async throws -> Response {
        let visit = try await ChatVisit(self, context)
        let form: Replacement = try await request.form()
        let before = try await visit.recordInPath()
        let model = visit.model(form.model, for: before, among: try await visit.models())
        let submission = Submission(
            key: key, conversation: before.conversation.id, kind: kind(form),
            model: model ?? before.conversation.model)
        return try await visit.answer(Asking(submission: submission, before: before), to: request)
    }
}

extension ChatVisit {
    /// The reply as it comes: events for a script, else a page; or the page with the reason why there is none.
    func answer(_ asking: Asking, to request: Request) async throws -> Response {
        do {
            let asked = try await ask(asking)
            return request.wantsEvents ? events(asked) : try await streamedPage(asked)
        } catch {
            guard let failure = failure(error) else { throw error }
            if request.wantsEvents { throw failure }
            var response = site.response(try await page(asking.scene(failure)), status: failure.status)
            failure.setHeaders(of: &response)
            return response
        }
    }
}

extension Request {
    /// Whether a script asks, which reads events.
    var wantsEvents: Bool { headers[.accept]?.contains("text/event-stream") == true }
}
