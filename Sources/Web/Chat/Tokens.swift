import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What is to be counted: the draft of a chat, a text by itself, or a whole prompt.
struct TokensQuestion: Decodable {
    let model: String
    let text: String?
    let messages: [ChatMessage]?
    /// The chat that `text` would go on; nil or empty for a new one.
    let chat: String?
}

/// The answer, in tokens as the model counts.
struct TokensAnswer: Encodable {
    /// Of `text` by itself.
    let text: Int64?
    /// Of the whole prompt: history, roles and all.
    let total: Int64
    let exact: Bool
    /// What would become of the prompt if it were sent now; null where no limit on tokens applies.
    let gauge: Gauge?
}

extension Site {
    /// `POST /tokens`, JSON in and out.
    func countTokens(_ request: Request, _ context: SiteContext) async throws -> Response {
        let body = try await request.body.collect(upTo: Request.maxFormBytes)
        guard let question = try? JSONDecoder().decode(TokensQuestion.self, from: Data(body.readableBytesView)) else {
            throw Failure.invalidForm
        }
        let visit = try await ChatVisit(self, context)
        do {
            return try .json(try await visit.count(question))
        } catch {
            throw visit.failure(error) ?? error
        }
    }
}

extension ChatVisit {
    fileprivate func count(_ question: TokensQuestion) async throws -> TokensAnswer {
        let messages = try await messages(question)
        let quote = try await ports.gate.quote(Prompt(person: person.id, model: question.model, messages: messages))
        var text: Int64?
        if let draft = question.text {
            text = try await ports.gate.count(draft, for: question.model, of: person.id).tokens
        }
        return TokensAnswer(
            text: text, total: quote.promptTokens.tokens, exact: quote.promptTokens.isExact,
            gauge: Gauge(quote, zone: zone, words: words))
    }

    private func messages(_ question: TokensQuestion) async throws -> [ChatMessage] {
        if let messages = question.messages { return messages }
        guard let text = question.text else { throw Failure.invalidForm }
        let chat = question.chat.flatMap { $0.isEmpty ? nil : ConversationID(rawValue: $0) }
        var record: ConversationRecord?
        if let chat { record = try await self.record(of: chat) }
        return (record?.prompt ?? []) + [ChatMessage(role: .user, content: text)]
    }
}

extension Response {
    static func json(_ body: some Encodable) throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(body))))
    }
}
