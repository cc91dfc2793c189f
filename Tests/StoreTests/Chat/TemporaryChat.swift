import Core
import Testing

@testable import Store

/// Somebody with a conversation, and somebody else, in a store of their own.
struct TemporaryChat {
    let temporary: TemporaryStore
    let person: Person
    let other: Person
    let id = ConversationID.random()
    var conversations: any Conversations { temporary.store.conversations }
    var transcript: any Transcript { temporary.store.transcript }

    init() async throws {
        temporary = try await TemporaryStore()
        person = try await temporary.addPerson("p@example.org")
        other = try await temporary.addPerson("other@example.org")
    }

    static let usage = Usage(
        promptTokens: 7, completionTokens: 5, cachedPromptTokens: 3, reasoningTokens: 2, source: .reported)

    func ask(_ text: String, key: String) async throws -> Submitted {
        try await submit(.ask(text), key: key)
    }

    func submit(_ kind: Submission.Kind, key: String) async throws -> Submitted {
        try await conversations.submit(
            Submission(key: key, conversation: id, kind: kind, model: "small"), of: person.id)
    }

    func talk(_ questions: [String]) async throws {
        for question in questions {
            temporary.clock.advance(seconds: 1)
            let reply = try await ask(question, key: "ask " + question).reply
            try await end(reply, text: "Reply to " + question)
        }
    }

    func end(
        _ reply: Message, text: String?, outcome: Outcome = .finished, finishReason: FinishReason? = nil
    ) async throws {
        let request = try #require(reply.reply?.requestID)
        try await transcript.replyEnded(record(of: request, text: text, outcome: outcome, finishReason: finishReason))
    }

    func record(
        of request: RequestID, text: String?, outcome: Outcome = .finished, finishReason: FinishReason? = nil
    ) -> ReplyRecord {
        ReplyRecord(
            requestID: request, text: text,
            ending: ReplyEnding(outcome: outcome, usage: Self.usage, cost: 42, finishReason: finishReason))
    }

    func search(_ text: String) async throws -> [ConversationMatch] {
        try await conversations.search(text, of: person.id, count: 9)
    }

    func newestRequest() async throws -> RequestID {
        let messages = try await conversations.record(of: id, of: person.id).messages
        return try #require(messages.last?.reply?.requestID)
    }

    func storedMessages() async throws -> Int {
        try await temporary.store.database.read { session in
            try session.onlyRow("SELECT COUNT(*) AS messages FROM message")["messages"]
        }
    }
}
