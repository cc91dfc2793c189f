import Core
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// Waiting for a turn, another model, an earlier answer: what a person sees of it.
@Suite(.timeLimit(.minutes(2)))
struct ChatLadderTests {
    // MARK: The queue

    @Test func aQuestionThatHasToWaitIsToldItsPlace() async throws {
        let (test, running) = try await crowded()
        let answer = try await test.ask("And?")
        #expect(answer.status == .ok)
        let wait = try TestEvent.all(try await answer.upTo("\n\n"))[0]
        #expect(wait.name == "wait" && wait.payload["place"] as? Int == 1)
        #expect(
            try wait.string("message")
                == "Your tokens today: other requests hold the rest for now. Place 1 of 1.")
        running.finish()
        let scripted = await test.site.upstream.next()
        scripted.send(.text("Now."))
        scripted.finish()
        let events = try TestEvent.all(try await answer.whole().text).map(\.name)
        #expect(events.first { $0 != "wait" } == "begin" && events.last == "end")
    }

    @Test func aQuestionThatIsRefusedAfterAllKeepsItsDraft() async throws {
        let (test, _) = try await crowded()
        let chats = try await test.chats()
        let answer = try await test.ask("And?")
        _ = try await answer.upTo("\n\n")
        test.site.clock.advance(seconds: 31)
        let last = try #require(try TestEvent.all(try await answer.whole().text).last)
        #expect(last.name == "fail" && last.payload["html"] == nil)
        #expect(try last.string("message").hasSuffix("Your draft is kept."))
        #expect(try await test.chats() == chats)
    }

    @Test func withoutScriptsThePlaceStandsOnThePage() async throws {
        let (test, running) = try await crowded()
        let answer = try await post("And?", in: test)
        #expect(try await answer.upTo("data-wait>").contains("<!DOCTYPE html>"))
        running.finish()
        let scripted = await test.site.upstream.next()
        scripted.send(.text("Now."))
        scripted.finish()
        let rest = try await answer.whole().text
        #expect(rest.contains("<div data-block><p>Now.</p></div>") && rest.hasSuffix("</html>\n"))
    }

    @Test func withoutScriptsARefusalComesWithTheDraft() async throws {
        let (test, _) = try await crowded()
        let answer = try await post("And what then?", in: test)
        _ = try await answer.upTo("data-wait>")
        test.site.clock.advance(seconds: 31)
        let rest = try await answer.whole().text
        #expect(rest.contains("id=\"problem\"") && rest.contains("Your draft is kept."))
        #expect(rest.contains(">And what then?</textarea>") && rest.contains("action=\"/chat\""))
    }

    @Test func whoLeavesGivesUpThePlace() async throws {
        let (test, _) = try await crowded()
        let chats = try await test.chats()
        let answer = try await test.ask("And?")
        _ = try await answer.upTo("\n\n")
        await answer.leave()
        #expect(try await test.site.store.ledger.queueDepth(at: test.site.clock.now()) == 0)
        #expect(try await test.chats() == chats)
    }

    // MARK: Near a limit

    @Test func aLimitThatIsNearIsSaidAndSlowsDown() async throws {
        let test = try await TestChat { $0.allowance = Tier.Allowance(tokensPerDay: 1000) }
        try await test.site.use(promptTokens: 900, reply: String(repeating: "x", count: 54), by: test.person)
        let page = try await test.browser.get("/chat").text
        #expect(page.contains("Your tokens today: 95 % taken, 46 left of 1,000 tokens. It returns at"))
        let (chat, answer, scripted) = try await test.running()
        #expect(
            try await test.browser.get("/chat/\(chat)").text.contains(
                "Slowed down by 50 %, because 95 % of this limit is taken: Your tokens today"))
        scripted.finish()
        _ = try await answer.whole()
    }

    @Test func aReplyThatEndsAtALimitSaysWhichAndUntilWhen() async throws {
        let test = try await TestChat { $0.allowance = Tier.Allowance(tokensPerDay: 600) }
        let (chat, answer, scripted) = try await test.running()
        _ = try await test.running()
        for _ in 0..<400 { scripted.send(.text("x")) }
        #expect(try TestEvent.all(try await answer.whole().text).last?.name == "end")
        let page = try await test.browser.get("/chat/\(chat)").text
        #expect(page.contains("It ends here, because nothing more was left until 8 Jan 2026, 00:00"))
    }

    // MARK: Instead of a refusal

    @Test func theSmallerModelAnswersAndSaysWhy() async throws {
        let test = try await TestChat { $0.atLimit.downgrades = true }
        try await test.site.addFallback()
        try await test.site.limitSmall(to: 10)
        let page = try await test.browser.get("/chat").text
        #expect(page.contains("tiny would answer, because this limit left no room"))
        #expect(!page.contains("id=\"send\" disabled"))

        let chat = try await test.talk("How?", reply: "So.")
        #expect(test.site.upstream.calls.map(\.model) == ["demo-tiny"])
        let answered = try await test.browser.get("/chat/\(chat)").text
        #expect(
            answered.contains("Answered by tiny, because this limit left no room: Your tokens today on this model."))
        #expect(answered.contains("<h2>tiny</h2>"))
    }

    @Test func theSameQuestionIsAnsweredAgainAndNothingIsTaken() async throws {
        let test = try await TestChat { settings in
            settings.atLimit.cacheSeconds = 3600
            settings.allowance = Tier.Allowance(tokensPerDay: 60)
        }
        _ = try await test.talk("How?", reply: String(repeating: "So. ", count: 11))
        let answer = try await test.ask("How?")
        let events = try TestEvent.all(try await answer.whole().text)
        #expect(events.map(\.name).last == "end")
        #expect(
            try events.last?.string("html").contains("An earlier answer to the same question, from 7 Jan 2026") == true)
        #expect(try events.last?.string("html").contains("So. So.") == true)
        #expect(test.site.upstream.calls.count == 1)
        #expect(try await test.ask("Why?").status == .tooManyRequests)
    }

    /// A chat of somebody whose tokens of the day are all held by replies that run; the first of them.
    private func crowded() async throws -> (TestChat, ScriptedReply) {
        let test = try await TestChat { settings in
            settings.allowance = Tier.Allowance(tokensPerDay: 300)
            settings.maxReplyTokens = 280
        }
        try await test.site.waitForHolds()
        let (_, _, first) = try await test.running()
        _ = try await test.running()
        return (test, first)
    }

    private func post(_ text: String, in test: TestChat) async throws -> StreamedAnswer {
        try await test.browser.open(
            .post, "/chat", body: Browser.encoded(["text": text, "submission": TestChat.key(), "model": "small"]))
    }
}
