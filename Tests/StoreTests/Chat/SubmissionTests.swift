import Core
import Testing

@testable import Store

struct SubmissionTests {
    let chat: TemporaryChat

    init() async throws {
        chat = try await TemporaryChat()
    }

    @Test func firstQuestionBeginsTheConversation() async throws {
        let submitted = try await chat.ask("  What is\na sluice? " + String(repeating: "x", count: 80), key: "1")
        let record = submitted.record
        #expect(record.conversation.title.hasPrefix("What is a sluice? xxx") && record.conversation.title.count == 60)
        #expect(record.messages.map(\.role) == [.user, .assistant])
        #expect(record.messages[1] == submitted.reply && submitted.reply.state == .streaming)
        #expect(record.prompt.map(\.role) == [.user])
        #expect(try await chat.conversations.record(of: chat.id, of: chat.person.id) == record)
    }

    @Test func whatIsSentTwiceIsStoredOnce() async throws {
        let first = try await chat.ask("Hello", key: "1")
        let second = try await chat.ask("Hello", key: "1")
        #expect(second.isRepeated && !first.isRepeated)
        #expect(second.reply.id == first.reply.id && second.record.messages.count == 2)
        try await chat.end(first.reply, text: "Hi")
        let third = try await chat.ask("Hello", key: "1")
        #expect(third.isRepeated && third.reply.text == "Hi")
    }

    @Test func manyAtOnceAreStoredOnce() async throws {
        let repeated = try await withThrowingTaskGroup { group in
            for _ in 1...20 { group.addTask { try await chat.ask("Hello", key: "1").isRepeated } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(repeated.filter { !$0 }.count == 1)
        #expect(try await chat.conversations.record(of: chat.id, of: chat.person.id).messages.count == 2)
    }

    @Test func nextQuestionWaitsForTheReply() async throws {
        let first = try await chat.ask("One", key: "1")
        await #expect(throws: SubmissionFailure.replyInProgress) { try await chat.ask("Two", key: "2") }
        try await chat.end(first.reply, text: "Reply")
        let record = try await chat.ask("Two", key: "2").record
        #expect(record.prompt.map(\.content) == ["One", "Reply", "Two"])
    }

    @Test(arguments: [("", "Hello", "key"), ("1", " \n", "text")])
    func whatCannotBeSentIsRefused(key: String, text: String, field: String) async throws {
        let flaws = await #expect(throws: Flaws.self) { try await chat.ask(text, key: key) }
        #expect(flaws?.all.map(\.field) == [field])
    }

    @Test(arguments: hostileTexts + ["", "../x", String(repeating: "A", count: 32)])
    func identifierThatWeNeverMakeBeginsNoConversation(id: String) async throws {
        let submission = Submission(
            key: "k", conversation: ConversationID(rawValue: id), kind: .ask("Hello"), model: "small")
        await #expect(throws: Flaws([Flaw("conversation", .malformed)])) {
            try await chat.conversations.submit(submission, of: chat.person.id)
        }
    }

    @Test(arguments: hostileTexts) func anyTextReturnsAsItWent(text: String) async throws {
        let submission = Submission(
            key: text, conversation: chat.id, kind: .ask(text), model: text, systemPrompt: text)
        let submitted = try await chat.conversations.submit(submission, of: chat.person.id)
        try await chat.end(submitted.reply, text: text)
        try await chat.conversations.rename(chat.id, to: text, of: chat.person.id)
        let record = try await chat.conversations.record(of: chat.id, of: chat.person.id)
        #expect(record.messages.map(\.text) == [text, text])
        #expect(
            [record.conversation.title, record.conversation.systemPrompt, record.conversation.model] == [
                text, text, text,
            ])
        #expect(record.prompt.map(\.role) == [.system, .user, .assistant])
        #expect(
            try await chat.conversations.search(text, of: chat.person.id, count: 9).map(\.conversation.id) == [chat.id])
    }

    @Test func editedQuestionTakesThePlaceOfTheLastAndItsReply() async throws {
        try await chat.talk(["One", "Two"])
        let before = try await chat.conversations.record(of: chat.id, of: chat.person.id)
        let edited = try await chat.submit(.edit(before.messages[2].id, "Three"), key: "e")
        #expect(edited.record.messages.map(\.text) == ["One", "Reply to One", "Three", ""])
        try await chat.end(edited.reply, text: "Done")
        let after = try await chat.conversations.record(of: chat.id, of: chat.person.id)
        #expect(after.messages.map(\.text) == ["One", "Reply to One", "Three", "Done"])
        #expect(try await chat.storedMessages() == 4)
    }

    @Test func newReplyTakesThePlaceOfTheLast() async throws {
        try await chat.talk(["One"])
        let last = try await chat.conversations.record(of: chat.id, of: chat.person.id).messages[1]
        let again = try await chat.submit(.regenerate(last.id), key: "r")
        #expect(again.record.messages.map(\.text) == ["One", ""])
        #expect(try await chat.submit(.regenerate(last.id), key: "r").isRepeated)
        try await chat.end(again.reply, text: "Better")
        #expect(
            try await chat.conversations.record(of: chat.id, of: chat.person.id).messages.map(\.text) == [
                "One", "Better",
            ])
    }

    @Test func onlyTheLastCanBeReplaced() async throws {
        try await chat.talk(["One", "Two"])
        let messages = try await chat.conversations.record(of: chat.id, of: chat.person.id).messages
        for kind in [
            Submission.Kind.edit(messages[0].id, "x"), .edit(messages[3].id, "x"), .regenerate(messages[1].id),
            .regenerate(messages[2].id), .regenerate(.random()),
        ] {
            await #expect(throws: SubmissionFailure.outdated) { try await chat.submit(kind, key: "k") }
        }
        #expect(try await chat.conversations.record(of: chat.id, of: chat.person.id).messages == messages)
    }

    @Test func withdrawnSubmissionLeavesTheConversationAsItWas() async throws {
        try await chat.talk(["One", "Two"])
        let before = try await chat.conversations.record(of: chat.id, of: chat.person.id)
        let kinds: [Submission.Kind] = [
            .ask("Three"), .edit(before.messages[2].id, "Three"), .regenerate(before.messages[3].id),
        ]
        for (number, kind) in kinds.enumerated() {
            chat.temporary.clock.advance(seconds: 1)
            let submitted = try await chat.submit(kind, key: "k\(number)")
            try await chat.conversations.withdraw(#require(submitted.reply.reply?.requestID), of: chat.person.id)
            #expect(try await chat.conversations.record(of: chat.id, of: chat.person.id) == before)
            #expect(try await chat.submit(kind, key: "k\(number)").isRepeated == false, "the key is free again")
            try await chat.conversations.withdraw(chat.newestRequest(), of: chat.person.id)
        }
    }

    @Test func withdrawnFirstQuestionTakesItsConversationAlong() async throws {
        let reply = try await chat.ask("Hello", key: "1").reply
        try await chat.conversations.withdraw(#require(reply.reply?.requestID), of: chat.person.id)
        await #expect(throws: NotFound()) { try await chat.conversations.record(of: chat.id, of: chat.person.id) }
    }

    @Test func replyThatHasEndedCannotBeWithdrawn() async throws {
        let reply = try await chat.ask("Hello", key: "1").reply
        try await chat.end(reply, text: "Hi")
        try await chat.conversations.withdraw(#require(reply.reply?.requestID), of: chat.person.id)
        #expect(try await chat.conversations.record(of: chat.id, of: chat.person.id).messages.count == 2)
    }
}
