import Core
import Testing

@testable import Store

struct ConversationsTests {
    let chat: TemporaryChat

    init() async throws {
        chat = try await TemporaryChat()
    }

    @Test func listIsPagedFromTheLatestOn() async throws {
        var ids: [ConversationID] = []
        for number in 0..<7 {
            if number % 3 == 0 { chat.temporary.clock.advance(seconds: 1) }
            let submission = Submission(
                key: "k", conversation: .random(), kind: .ask("Question \(number)"), model: "small")
            ids.append(try await chat.conversations.submit(submission, of: chat.person.id).record.conversation.id)
        }
        var listed: [Conversation] = []
        while true {
            let page = try await chat.conversations.list(
                of: chat.person.id, after: listed.last.map(ConversationCursor.init), count: 2)
            if page.isEmpty { break }
            listed += page
        }
        #expect(listed.count == 7 && Set(listed.map(\.id)) == Set(ids))
        #expect(listed.map(\.updatedAt) == listed.map(\.updatedAt).sorted(by: >))
        #expect(
            try await chat.conversations.records(of: chat.person.id, after: nil, count: 99).map(\.conversation)
                == listed)
    }

    @Test func searchFindsEveryWordInTitleOrText() async throws {
        try await chat.talk(["Wie heißt der Fluß in Köln?", "And in Paris?"])
        #expect(try await chat.search("KOLN").first?.conversation.id == chat.id)
        #expect(try await chat.search("koln paris").count == 1)
        #expect(try await chat.search("koln london").isEmpty)
        #expect(try await chat.search("   ").isEmpty)
        let excerpt = try await chat.search("paris").first?.excerpt
        #expect(excerpt?.contains("Paris") == true)
        try await chat.conversations.rename(chat.id, to: "Rivers", of: chat.person.id)
        #expect(try await chat.search("rivers").first?.excerpt == nil)
        #expect(try await chat.search("rivers").count == 1)
    }

    @Test func searchDoesNotFindWhatWasReplaced() async throws {
        try await chat.talk(["Hello secret"])
        try await chat.conversations.rename(chat.id, to: "Chat", of: chat.person.id)
        let question = try await chat.conversations.record(of: chat.id, of: chat.person.id).messages[0]
        _ = try await chat.submit(.edit(question.id, "Hello"), key: "e")
        #expect(try await chat.search("secret").isEmpty)
    }

    @Test func titleAndSystemPromptAreCheckedAndKept() async throws {
        try await chat.talk(["One"])
        try await chat.conversations.setSystemPrompt("Be brief.", in: chat.id, of: chat.person.id)
        #expect(
            try await chat.conversations.record(of: chat.id, of: chat.person.id).prompt[0]
                == ChatMessage(role: .system, content: "Be brief."))
        await #expect(throws: Flaws([Flaw("title", .missing)])) {
            try await chat.conversations.rename(chat.id, to: " ", of: chat.person.id)
        }
        await #expect(throws: Flaws([Flaw("systemPrompt", .tooLong(maxCharacters: 20_000))])) {
            let text = String(repeating: "x", count: 20_001)
            try await chat.conversations.setSystemPrompt(text, in: chat.id, of: chat.person.id)
        }
    }

    @Test func deletedConversationTakesItsMessagesAlong() async throws {
        try await chat.talk(["One"])
        try await chat.conversations.delete(chat.id, of: chat.person.id)
        #expect(try await chat.storedMessages() == 0)
        await #expect(throws: NotFound()) { try await chat.conversations.delete(chat.id, of: chat.person.id) }
    }

    @Test func anotherPersonsConversationIsNotThere() async throws {
        try await chat.talk(["Secret plan"])
        let record = try await chat.conversations.record(of: chat.id, of: chat.person.id)
        let reply = record.messages[1]
        let request = try #require(reply.reply?.requestID)
        let eve = chat.other.id
        await #expect(throws: NotFound()) { try await chat.conversations.record(of: chat.id, of: eve) }
        await #expect(throws: NotFound()) { try await chat.conversations.reply(to: request, of: eve) }
        await #expect(throws: NotFound()) { try await chat.conversations.rename(chat.id, to: "x", of: eve) }
        await #expect(throws: NotFound()) { try await chat.conversations.setSystemPrompt("x", in: chat.id, of: eve) }
        await #expect(throws: NotFound()) { try await chat.conversations.delete(chat.id, of: eve) }
        for kind in [Submission.Kind.ask("x"), .edit(record.messages[0].id, "x"), .regenerate(reply.id)] {
            let submission = Submission(key: "k1", conversation: chat.id, kind: kind, model: "small")
            await #expect(throws: NotFound()) { try await chat.conversations.submit(submission, of: eve) }
        }
        #expect(try await chat.conversations.list(of: eve, after: nil, count: 9).isEmpty)
        #expect(try await chat.conversations.conversations([chat.id], of: eve).isEmpty)
        #expect(try await chat.conversations.conversations([chat.id], of: chat.person.id) == [record.conversation])
        #expect(try await chat.conversations.search("secret", of: eve, count: 9).isEmpty)
        #expect(try await chat.conversations.record(of: chat.id, of: chat.person.id) == record)
    }

    @Test func anotherPersonCannotWithdrawARunningRequest() async throws {
        let reply = try await chat.ask("Hello", key: "1").reply
        try await chat.conversations.withdraw(#require(reply.reply?.requestID), of: chat.other.id)
        #expect(try await chat.conversations.record(of: chat.id, of: chat.person.id).messages.count == 2)
    }

    @Test func messageOfAnotherConversationCannotBeReplaced() async throws {
        try await chat.talk(["One"])
        let foreign = Submission(key: "k", conversation: .random(), kind: .ask("Mine"), model: "small")
        let mine = try await chat.conversations.submit(foreign, of: chat.other.id)
        try await chat.end(mine.reply, text: "Yours")
        let stolen = try await chat.conversations.record(of: chat.id, of: chat.person.id).messages[1]
        let submission = Submission(
            key: "k2", conversation: foreign.conversation, kind: .regenerate(stolen.id), model: "small")
        await #expect(throws: SubmissionFailure.outdated) {
            try await chat.conversations.submit(submission, of: chat.other.id)
        }
        #expect(try await chat.conversations.record(of: chat.id, of: chat.person.id).messages.count == 2)
    }
}
