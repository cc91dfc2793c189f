import Core
import Testing

@testable import Store

struct ConversationsTests {
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

    // MARK: Asking

    @Test func firstQuestionBeginsTheConversation() async throws {
        let submitted = try await ask("  What is\na sluice? " + String(repeating: "x", count: 80), key: "1")
        let record = submitted.record
        #expect(record.conversation.title.hasPrefix("What is a sluice? xxx") && record.conversation.title.count == 60)
        #expect(record.messages.map(\.role) == [.user, .assistant])
        #expect(record.messages[1] == submitted.reply && submitted.reply.state == .streaming)
        #expect(record.prompt.map(\.role) == [.user])
        #expect(try await conversations.record(of: id, of: person.id) == record)
    }

    @Test func whatIsSentTwiceIsStoredOnce() async throws {
        let first = try await ask("Hello", key: "1")
        let second = try await ask("Hello", key: "1")
        #expect(second.isRepeated && !first.isRepeated)
        #expect(second.reply.id == first.reply.id && second.record.messages.count == 2)
        try await end(first.reply, text: "Hi")
        let third = try await ask("Hello", key: "1")
        #expect(third.isRepeated && third.reply.text == "Hi")
    }

    @Test func manyAtOnceAreStoredOnce() async throws {
        let repeated = try await withThrowingTaskGroup { group in
            for _ in 1...20 { group.addTask { try await ask("Hello", key: "1").isRepeated } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(repeated.filter { !$0 }.count == 1)
        #expect(try await conversations.record(of: id, of: person.id).messages.count == 2)
    }

    @Test func nextQuestionWaitsForTheReply() async throws {
        let first = try await ask("One", key: "1")
        await #expect(throws: SubmissionFailure.replyInProgress) { try await ask("Two", key: "2") }
        try await end(first.reply, text: "Reply")
        let record = try await ask("Two", key: "2").record
        #expect(record.prompt.map(\.content) == ["One", "Reply", "Two"])
    }

    @Test(arguments: [("", "Hello", "key"), ("1", " \n", "text")])
    func whatCannotBeSentIsRefused(key: String, text: String, field: String) async throws {
        let flaws = await #expect(throws: Flaws.self) { try await ask(text, key: key) }
        #expect(flaws?.all.map(\.field) == [field])
    }

    @Test(arguments: hostileTexts) func anyTextReturnsAsItWent(text: String) async throws {
        let submission = Submission(
            key: text, conversation: id, kind: .ask(text), model: text, systemPrompt: text)
        let submitted = try await conversations.submit(submission, of: person.id)
        try await end(submitted.reply, text: text)
        try await conversations.rename(id, to: text, of: person.id)
        let record = try await conversations.record(of: id, of: person.id)
        #expect(record.messages.map(\.text) == [text, text])
        #expect(
            [record.conversation.title, record.conversation.systemPrompt, record.conversation.model] == [
                text, text, text,
            ])
        #expect(record.prompt.map(\.role) == [.system, .user, .assistant])
        #expect(try await conversations.search(text, of: person.id, count: 9).map(\.conversation.id) == [id])
    }

    // MARK: Replies

    @Test func replyGrowsAndEndsWithWhatItUsed() async throws {
        let reply = try await ask("Hello", key: "1").reply
        let request = try #require(reply.reply?.requestID)
        temporary.clock.advance(seconds: 1)
        try await transcript.repliesProgressed([ReplyProgress(requestID: request, text: "Hi th")])
        #expect(try await conversations.reply(to: request, of: person.id).text == "Hi th")
        for _ in 1...2 { try await end(reply, text: "Hi there", finishReason: .length) }
        try await transcript.repliesProgressed([ReplyProgress(requestID: request, text: "late")])
        let ended = try await conversations.reply(to: request, of: person.id)
        #expect(ended.text == "Hi there" && ended.state == .complete)
        #expect(ended.reply?.usage == Self.usage && ended.reply?.cost == 42)
        #expect(ended.reply?.finishReason == .length && ended.reply?.outcome == .finished)
    }

    @Test(arguments: [
        (Outcome.finished, Message.State.complete), (.overran, .complete), (.stopped, .stopped), (.abandoned, .stopped),
        (.failed, .failed), (.shutDown, .failed), (.expired, .failed),
    ])
    func endingIsWhatTheReaderSees(outcome: Outcome, state: Message.State) async throws {
        let reply = try await ask("Hello", key: "1").reply
        let request = try #require(reply.reply?.requestID)
        try await transcript.repliesProgressed([ReplyProgress(requestID: request, text: "so far")])
        try await end(reply, text: nil, outcome: outcome)
        let ended = try await conversations.reply(to: request, of: person.id)
        #expect(ended.state == state && ended.text == "so far")
    }

    @Test func requestsOfNoConversationAreIgnored() async throws {
        try await transcript.repliesProgressed([ReplyProgress(requestID: .random(), text: "x")])
        try await transcript.replyEnded(record(of: .random(), text: "x"))
        #expect(try await conversations.list(of: person.id, after: nil, count: 9).isEmpty)
    }

    @Test func replyWhoseWorkerIsGoneIsGivenUp() async throws {
        let reply = try await ask("Hello", key: "1").reply
        let request = try #require(reply.reply?.requestID)
        temporary.clock.advance(seconds: ReplyRules.staleSeconds - 1)
        try await conversations.giveUpStale()
        #expect(try await conversations.reply(to: request, of: person.id).state == .streaming)
        temporary.clock.advance(seconds: 1)
        #expect(try await ask("Again", key: "2").isRepeated == false)
        #expect(try await conversations.reply(to: request, of: person.id).state == .failed)
    }

    @Test func replyThatIsHeldIsNotGivenUpHoweverLongItThinks() async throws {
        let request = try #require(try await ask("Hello", key: "1").reply.reply?.requestID)
        try await temporary.execute(
            """
            INSERT INTO hold (request_id, owner, opened_at, lease_until, organization, tier, person, model, model_asked,
                prompt_tokens, reply_cap, prompt_price, completion_price, weight_ppm)
            VALUES ('\(request)', 'w', 0, 0, 'o', 't', 'p', 'm', 'm', 1, 1, 0, 0, 0)
            """)
        temporary.clock.advance(seconds: 86_400)
        try await conversations.giveUpStale()
        #expect(try await conversations.reply(to: request, of: person.id).state == .streaming)
        try await temporary.execute("DELETE FROM hold")
        try await conversations.giveUpStale()
        #expect(try await conversations.reply(to: request, of: person.id).state == .failed)
    }

    // MARK: Editing and asking again

    @Test func editedQuestionTakesThePlaceOfTheLastAndItsReply() async throws {
        try await talk(["One", "Two"])
        let before = try await conversations.record(of: id, of: person.id)
        let edited = try await submit(.edit(before.messages[2].id, "Three"), key: "e")
        #expect(edited.record.messages.map(\.text) == ["One", "Reply to One", "Three", ""])
        try await end(edited.reply, text: "Done")
        let after = try await conversations.record(of: id, of: person.id)
        #expect(after.messages.map(\.text) == ["One", "Reply to One", "Three", "Done"])
        #expect(try await storedMessages() == 4)
    }

    @Test func newReplyTakesThePlaceOfTheLast() async throws {
        try await talk(["One"])
        let last = try await conversations.record(of: id, of: person.id).messages[1]
        let again = try await submit(.regenerate(last.id), key: "r")
        #expect(again.record.messages.map(\.text) == ["One", ""])
        #expect(try await submit(.regenerate(last.id), key: "r").isRepeated)
        try await end(again.reply, text: "Better")
        #expect(try await conversations.record(of: id, of: person.id).messages.map(\.text) == ["One", "Better"])
    }

    @Test func onlyTheLastCanBeReplaced() async throws {
        try await talk(["One", "Two"])
        let messages = try await conversations.record(of: id, of: person.id).messages
        for kind in [
            Submission.Kind.edit(messages[0].id, "x"), .edit(messages[3].id, "x"), .regenerate(messages[1].id),
            .regenerate(messages[2].id), .regenerate(.random()),
        ] {
            await #expect(throws: SubmissionFailure.outdated) { try await submit(kind, key: "k") }
        }
        #expect(try await conversations.record(of: id, of: person.id).messages == messages)
    }

    @Test func withdrawnSubmissionLeavesTheConversationAsItWas() async throws {
        try await talk(["One", "Two"])
        let before = try await conversations.record(of: id, of: person.id)
        let kinds: [Submission.Kind] = [
            .ask("Three"), .edit(before.messages[2].id, "Three"), .regenerate(before.messages[3].id),
        ]
        for (number, kind) in kinds.enumerated() {
            temporary.clock.advance(seconds: 1)
            let submitted = try await submit(kind, key: "k\(number)")
            try await conversations.withdraw(#require(submitted.reply.reply?.requestID), of: person.id)
            #expect(try await conversations.record(of: id, of: person.id) == before)
            #expect(try await submit(kind, key: "k\(number)").isRepeated == false, "the key is free again")
            try await conversations.withdraw(newestRequest(), of: person.id)
        }
    }

    @Test func withdrawnFirstQuestionTakesItsConversationAlong() async throws {
        let reply = try await ask("Hello", key: "1").reply
        try await conversations.withdraw(#require(reply.reply?.requestID), of: person.id)
        await #expect(throws: NotFound()) { try await conversations.record(of: id, of: person.id) }
    }

    @Test func replyThatHasEndedCannotBeWithdrawn() async throws {
        let reply = try await ask("Hello", key: "1").reply
        try await end(reply, text: "Hi")
        try await conversations.withdraw(#require(reply.reply?.requestID), of: person.id)
        #expect(try await conversations.record(of: id, of: person.id).messages.count == 2)
    }

    // MARK: The list

    @Test func listIsPagedFromTheLatestOn() async throws {
        var ids: [ConversationID] = []
        for number in 0..<7 {
            if number % 3 == 0 { temporary.clock.advance(seconds: 1) }
            let submission = Submission(
                key: "k", conversation: .random(), kind: .ask("Question \(number)"), model: "small")
            ids.append(try await conversations.submit(submission, of: person.id).record.conversation.id)
        }
        var listed: [Conversation] = []
        while true {
            let page = try await conversations.list(
                of: person.id, after: listed.last.map(ConversationCursor.init), count: 2)
            if page.isEmpty { break }
            listed += page
        }
        #expect(listed.count == 7 && Set(listed.map(\.id)) == Set(ids))
        #expect(listed.map(\.updatedAt) == listed.map(\.updatedAt).sorted(by: >))
        #expect(try await conversations.records(of: person.id, after: nil, count: 99).map(\.conversation) == listed)
    }

    @Test func searchFindsEveryWordInTitleOrText() async throws {
        try await talk(["Wie heißt der Fluß in Köln?", "And in Paris?"])
        #expect(try await search("KOLN").first?.conversation.id == id)
        #expect(try await search("koln paris").count == 1)
        #expect(try await search("koln london").isEmpty)
        #expect(try await search("   ").isEmpty)
        let excerpt = try await search("paris").first?.excerpt
        #expect(excerpt?.contains("Paris") == true)
        try await conversations.rename(id, to: "Rivers", of: person.id)
        #expect(try await search("rivers").first?.excerpt == nil)
        #expect(try await search("rivers").count == 1)
    }

    @Test func searchDoesNotFindWhatWasReplaced() async throws {
        try await talk(["Hello secret"])
        try await conversations.rename(id, to: "Chat", of: person.id)
        let question = try await conversations.record(of: id, of: person.id).messages[0]
        _ = try await submit(.edit(question.id, "Hello"), key: "e")
        #expect(try await search("secret").isEmpty)
    }

    @Test func titleAndSystemPromptAreCheckedAndKept() async throws {
        try await talk(["One"])
        try await conversations.setSystemPrompt("Be brief.", in: id, of: person.id)
        #expect(
            try await conversations.record(of: id, of: person.id).prompt[0]
                == ChatMessage(role: .system, content: "Be brief."))
        await #expect(throws: Flaws([Flaw("title", .missing)])) {
            try await conversations.rename(id, to: " ", of: person.id)
        }
        await #expect(throws: Flaws([Flaw("systemPrompt", .tooLong(maxCharacters: 20_000))])) {
            let text = String(repeating: "x", count: 20_001)
            try await conversations.setSystemPrompt(text, in: id, of: person.id)
        }
    }

    @Test func deletedConversationTakesItsMessagesAlong() async throws {
        try await talk(["One"])
        try await conversations.delete(id, of: person.id)
        #expect(try await storedMessages() == 0)
        await #expect(throws: NotFound()) { try await conversations.delete(id, of: person.id) }
    }

    // MARK: Other people's

    @Test func anotherPersonsConversationIsNotThere() async throws {
        try await talk(["Secret plan"])
        let record = try await conversations.record(of: id, of: person.id)
        let reply = record.messages[1]
        let request = try #require(reply.reply?.requestID)
        let eve = other.id
        await #expect(throws: NotFound()) { try await conversations.record(of: id, of: eve) }
        await #expect(throws: NotFound()) { try await conversations.reply(to: request, of: eve) }
        await #expect(throws: NotFound()) { try await conversations.rename(id, to: "x", of: eve) }
        await #expect(throws: NotFound()) { try await conversations.setSystemPrompt("x", in: id, of: eve) }
        await #expect(throws: NotFound()) { try await conversations.delete(id, of: eve) }
        for kind in [Submission.Kind.ask("x"), .edit(record.messages[0].id, "x"), .regenerate(reply.id)] {
            let submission = Submission(key: "k1", conversation: id, kind: kind, model: "small")
            await #expect(throws: NotFound()) { try await conversations.submit(submission, of: eve) }
        }
        #expect(try await conversations.list(of: eve, after: nil, count: 9).isEmpty)
        #expect(try await conversations.conversations([id], of: eve).isEmpty)
        #expect(try await conversations.conversations([id], of: person.id) == [record.conversation])
        #expect(try await conversations.search("secret", of: eve, count: 9).isEmpty)
        #expect(try await conversations.record(of: id, of: person.id) == record)
    }

    @Test func anotherPersonCannotWithdrawARunningRequest() async throws {
        let reply = try await ask("Hello", key: "1").reply
        try await conversations.withdraw(#require(reply.reply?.requestID), of: other.id)
        #expect(try await conversations.record(of: id, of: person.id).messages.count == 2)
    }

    @Test func messageOfAnotherConversationCannotBeReplaced() async throws {
        try await talk(["One"])
        let foreign = Submission(key: "k", conversation: .random(), kind: .ask("Mine"), model: "small")
        let mine = try await conversations.submit(foreign, of: other.id)
        try await end(mine.reply, text: "Yours")
        let stolen = try await conversations.record(of: id, of: person.id).messages[1]
        let submission = Submission(
            key: "k2", conversation: foreign.conversation, kind: .regenerate(stolen.id), model: "small")
        await #expect(throws: SubmissionFailure.outdated) { try await conversations.submit(submission, of: other.id) }
        #expect(try await conversations.record(of: id, of: person.id).messages.count == 2)
    }

    // MARK: -

    static let usage = Usage(
        promptTokens: 7, completionTokens: 5, cachedPromptTokens: 3, reasoningTokens: 2, source: .reported)

    private func ask(_ text: String, key: String) async throws -> Submitted {
        try await submit(.ask(text), key: key)
    }

    private func submit(_ kind: Submission.Kind, key: String) async throws -> Submitted {
        try await conversations.submit(
            Submission(key: key, conversation: id, kind: kind, model: "small"), of: person.id)
    }

    private func talk(_ questions: [String]) async throws {
        for question in questions {
            temporary.clock.advance(seconds: 1)
            let reply = try await ask(question, key: "ask " + question).reply
            try await end(reply, text: "Reply to " + question)
        }
    }

    private func end(
        _ reply: Message, text: String?, outcome: Outcome = .finished, finishReason: FinishReason? = nil
    ) async throws {
        let request = try #require(reply.reply?.requestID)
        try await transcript.replyEnded(record(of: request, text: text, outcome: outcome, finishReason: finishReason))
    }

    private func record(
        of request: RequestID, text: String?, outcome: Outcome = .finished, finishReason: FinishReason? = nil
    ) -> ReplyRecord {
        ReplyRecord(
            requestID: request, text: text,
            ending: ReplyEnding(outcome: outcome, usage: Self.usage, cost: 42, finishReason: finishReason))
    }

    private func search(_ text: String) async throws -> [ConversationMatch] {
        try await conversations.search(text, of: person.id, count: 9)
    }

    private func newestRequest() async throws -> RequestID {
        let messages = try await conversations.record(of: id, of: person.id).messages
        return try #require(messages.last?.reply?.requestID)
    }

    private func storedMessages() async throws -> Int {
        try await temporary.store.database.read { session in
            try session.onlyRow("SELECT COUNT(*) AS messages FROM message")["messages"]
        }
    }
}
