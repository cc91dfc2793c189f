import Core
import Testing

@testable import Store

struct TranscriptTests {
    let chat: TemporaryChat
    let room = ReplyRoom(tokens: 40, limit: Limit.Name(scope: .tier, meter: .tokens, window: .day))

    init() async throws {
        chat = try await TemporaryChat()
    }

    @Test func replyGrowsAndEndsWithWhatItUsed() async throws {
        let reply = try await chat.ask("Hello", key: "1").reply
        let request = try #require(reply.reply?.requestID)
        chat.temporary.clock.advance(seconds: 1)
        try await chat.transcript.repliesProgressed([ReplyProgress(requestID: request, text: "Hi th", room: room)])
        #expect(try await chat.conversations.reply(to: request, of: chat.person.id).text == "Hi th")
        for _ in 1...2 { try await chat.end(reply, text: "Hi there", finishReason: .length) }
        try await chat.transcript.repliesProgressed([ReplyProgress(requestID: request, text: "late", room: room)])
        let ended = try await chat.conversations.reply(to: request, of: chat.person.id)
        #expect(ended.text == "Hi there" && ended.state == .complete)
        #expect(ended.reply?.usage == TemporaryChat.usage && ended.reply?.cost == 42)
        #expect(ended.reply?.finishReason == .length && ended.reply?.outcome == .finished)
    }

    @Test(arguments: [
        (Outcome.finished, Message.State.complete), (.overran, .complete), (.stopped, .stopped), (.abandoned, .stopped),
        (.failed, .failed), (.shutDown, .failed), (.expired, .failed),
    ])
    func endingIsWhatTheReaderSees(outcome: Outcome, state: Message.State) async throws {
        let reply = try await chat.ask("Hello", key: "1").reply
        let request = try #require(reply.reply?.requestID)
        try await chat.transcript.repliesProgressed([ReplyProgress(requestID: request, text: "so far", room: room)])
        try await chat.end(reply, text: nil, outcome: outcome)
        let ended = try await chat.conversations.reply(to: request, of: chat.person.id)
        #expect(ended.state == state && ended.text == "so far")
    }

    @Test func whyItWasShortOrBrokeOffIsKept() async throws {
        let reply = try await chat.ask("Hello", key: "1").reply
        let request = try #require(reply.reply?.requestID)
        try await chat.transcript.repliesProgressed([ReplyProgress(requestID: request, text: "so far", room: room)])
        #expect(try await chat.conversations.reply(to: request, of: chat.person.id).reply?.room == room)
        try await chat.end(reply, text: nil, outcome: .expired)
        #expect(try await chat.conversations.reply(to: request, of: chat.person.id).reply?.room == room)
    }

    @Test(arguments: [
        UpstreamFailure.unreachable(detail: "x"), .timedOut, .refused(status: 503, message: "x", retryAfterSeconds: 7),
        .garbage(detail: "x"), .cut, .brokenOff(message: "x"),
    ])
    func whatWentWrongUpstreamIsKeptWithoutItsDetails(_ failure: UpstreamFailure) async throws {
        let reply = try await chat.ask("Hello", key: "1").reply
        let request = try #require(reply.reply?.requestID)
        var record = chat.record(of: request, text: "so far", outcome: .failed)
        record.ending.failure = failure
        record.ending.room = ReplyRoom(tokens: 9)
        try await chat.transcript.replyEnded(record)
        let ended = try await chat.conversations.reply(to: request, of: chat.person.id)
        #expect(ended.reply?.failure == failure.withoutDetails && ended.reply?.room == ReplyRoom(tokens: 9))
        #expect(reply.ended(record.ending, text: "so far").reply == ended.reply)
    }

    @Test func requestsOfNoConversationAreIgnored() async throws {
        try await chat.transcript.repliesProgressed([ReplyProgress(requestID: .random(), text: "x", room: room)])
        try await chat.transcript.replyEnded(chat.record(of: .random(), text: "x"))
        #expect(try await chat.conversations.list(of: chat.person.id, after: nil, count: 9).isEmpty)
    }

    @Test func replyWhoseWorkerIsGoneIsGivenUp() async throws {
        let reply = try await chat.ask("Hello", key: "1").reply
        let request = try #require(reply.reply?.requestID)
        chat.temporary.clock.advance(seconds: ReplyRules.staleSeconds - 1)
        try await chat.conversations.giveUpStale()
        #expect(try await chat.conversations.reply(to: request, of: chat.person.id).state == .streaming)
        chat.temporary.clock.advance(seconds: 1)
        #expect(try await chat.ask("Again", key: "2").isRepeated == false)
        #expect(try await chat.conversations.reply(to: request, of: chat.person.id).state == .failed)
    }

    @Test func replyThatIsHeldIsNotGivenUpHoweverLongItThinks() async throws {
        let request = try #require(try await chat.ask("Hello", key: "1").reply.reply?.requestID)
        try await chat.temporary.execute(
            """
            INSERT INTO hold (request_id, owner, opened_at, lease_until, organization, tier, person, model, model_asked,
                prompt_tokens, reply_cap, prompt_price, completion_price, weight_ppm)
            VALUES ('\(request)', 'w', 0, 0, 'o', 't', 'p', 'm', 'm', 1, 1, 0, 0, 0)
            """)
        chat.temporary.clock.advance(seconds: 86_400)
        try await chat.conversations.giveUpStale()
        #expect(try await chat.conversations.reply(to: request, of: chat.person.id).state == .streaming)
        try await chat.temporary.execute("DELETE FROM hold")
        try await chat.conversations.giveUpStale()
        #expect(try await chat.conversations.reply(to: request, of: chat.person.id).state == .failed)
    }
}
