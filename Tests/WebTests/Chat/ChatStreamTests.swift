import Core
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// A question and its reply on the way, with scripts and without, in this worker and in another.
@Suite struct ChatStreamTests {
    @Test func aReplyComesAsItIsProduced() async throws {
        let test = try await TestChat()
        let answer = try await test.ask("How?")
        #expect(answer.status == .ok && answer.headers[.xAccelBuffering] == "no")
        let scripted = await test.site.upstream.next()
        #expect(try TestEvent.all(try await answer.upTo("\n\n")).map(\.name) == ["begin"])

        scripted.send(.text("First.\n\nSec"))
        let first = try await answer.upTo("Sec")
        #expect(first.contains("<p>First.</p>"))
        scripted.send(.text("ond."))
        let second = try TestEvent.all(try await answer.upTo("Second."))
        #expect(second.map { $0.payload["index"] as? Int } == [1])

        scripted.finish()
        let end = try #require(try TestEvent.all(try await answer.whole().text).last)
        #expect(end.name == "end")
        // A token is a byte: "How?" and "First.\n\nSecond.".
        #expect(try end.string("summary") == "4 prompt + 15 reply = 19 tokens")
        #expect(try end.string("total") == "This chat: 19 tokens")
        #expect(try end.string("today") == "Today: 19 tokens")
        #expect(try end.gauge("left") == "99,981")
    }

    @Test func withoutScriptsTheReplyStreamsIntoThePage() async throws {
        let test = try await TestChat()
        let answer = try await test.browser.open(
            .post, "/chat", body: Browser.encoded(["text": "How?", "submission": TestChat.key(), "model": "small"]))
        #expect(answer.status == .ok && answer.headers[.xAccelBuffering] == "no")
        let scripted = await test.site.upstream.next()
        let head = try await answer.upTo("How?</div>")
        #expect(head.hasPrefix("<!DOCTYPE html>") && !head.contains("data-stream"))

        scripted.send(.text("First.\n\nSec"))
        #expect(try await answer.upTo("First.").contains("<div data-block><p>First.</p></div>"))
        scripted.send(.text("ond."))
        scripted.finish()
        let rest = try await answer.whole().text
        #expect(rest.contains("<div data-block><p>Second.</p></div></div>"))
        #expect(rest.contains("4 prompt + 15 reply = 19 tokens") && rest.hasSuffix("</html>\n"))
        #expect(rest.contains("data-used=\"19\"") && !rest.contains("First."))
    }

    @Test func stopReallyStopsTheUpstreamAndChargesWhatHadCome() async throws {
        let test = try await TestChat()
        let (chat, answer, scripted) = try await test.running()
        scripted.send(.text("Half a"))
        _ = try await answer.upTo("Half a")
        let request = try #require(try await test.messages(of: chat).last?.reply?.requestID)
        let stopped = try await test.browser.post(
            "/chat/\(chat)/replies/\(request)/stop", [:], [.accept: "application/json"])
        #expect(stopped.status == .noContent)
        #expect(await scripted.wasCancelled())
        let end = try #require(try TestEvent.all(try await answer.whole().text).last)
        #expect(try end.string("summary") == "You stopped it. 4 prompt + 6 reply = 10 tokens")
        #expect(try await test.browser.get("/chat/\(chat)").text.contains("<p>Half a</p>"))
    }

    @Test func aPageThatIsLoadedMeanwhileShowsWhatHasComeAndGoesOn() async throws {
        let test = try await TestChat()
        let (chat, answer, scripted) = try await test.running()
        scripted.send(.text("One. "))
        _ = try await answer.upTo("One.")
        await answer.leave()

        let page = try await test.browser.get("/chat/\(chat)").text
        #expect(page.contains("<p>One.</p>"))
        let stream = try #require(page.firstMatch(of: /data-stream="([^"]*)"/)?.1)
        let again = try await test.browser.open(.get, String(stream), TestChat.events)
        #expect(try await again.upTo("One.").contains("\"index\":0"))
        scripted.send(.text("Two."))
        scripted.finish()
        let events = try TestEvent.all(try await again.whole().text)
        #expect(events.last?.name == "end")
        #expect(try events.last?.string("html").contains("<p>One. Two.</p>") == true)
    }

    @Test func anotherWorkerShowsAndStopsAReply() async throws {
        let test = try await TestChat()
        let other = try await TestSite(beside: test.site)
        let (chat, answer, scripted) = try await test.running()
        scripted.send(.text("One. "))
        _ = try await answer.upTo("One.")

        let elsewhere = try await other.browser(of: test.person)
        let request = try #require(try await test.messages(of: chat).last?.reply?.requestID)
        let follower = try await elsewhere.open(.get, "/chat/\(chat)/replies/\(request)/events", TestChat.events)
        #expect(try await follower.upTo("One.").contains("event: block"))
        let now = test.site.clock.now()
        let standings = try await other.store.ledger.refresh(
            [HoldProgress(requestID: request, streamedTokens: 5)], leaseUntil: now.advanced(bySeconds: 60))
        #expect(standings[request]?.watchedUntil == now.advanced(bySeconds: ReplyFollowing.watchSeconds))
        let stopped = try await elsewhere.post("/chat/\(chat)/replies/\(request)/stop")
        #expect(stopped.status == .seeOther && stopped.location == "/chat/\(chat)")
        #expect(await scripted.wasCancelled())
        let end = try #require(try TestEvent.all(try await follower.whole().text).last)
        #expect(try end.string("summary") == "You stopped it. 4 prompt + 5 reply = 9 tokens")
    }

    @Test func whoLeavesBeforeTheQuestionIsSentTakesItBack() async throws {
        let test = try await TestChat { $0.disconnect = .cancel(graceSeconds: 5) }
        test.site.upstream.answer = .connect
        let asking = Task { try await test.ask("How?") }
        _ = await test.site.upstream.next()
        asking.cancel()
        try await test.waitOutTheGrace(of: asking)
        #expect(try await test.chats() == 0)
        #expect(try await test.site.store.ledger.openHolds().isEmpty)
    }

    @Test func whoLeavesBeforeTheModelHasBegunFindsTheQuestionWithWhatItTook() async throws {
        let test = try await TestChat { $0.disconnect = .cancel(graceSeconds: 5) }
        test.site.upstream.answer = .hang
        let asking = Task { try await test.ask("How?") }
        let scripted = await test.site.upstream.next()
        asking.cancel()
        try await test.waitOutTheGrace(of: asking)
        let chats = try await test.site.store.conversations.list(of: test.person.id, after: nil, count: 2)
        let messages = try await test.messages(of: try #require(chats.first).id.rawValue)
        #expect(messages.map(\.role) == [.user, .assistant])
        let reply = try #require(messages.last?.reply)
        #expect(reply.requestID == scripted.call.requestID && reply.outcome == .abandoned)
        let usage = try #require(reply.usage)
        #expect(usage.promptTokens > 0 && usage.completionTokens == 0)
        #expect(try await test.site.store.ledger.openHolds().isEmpty)
    }

    @Test func beforeTheModelHasBegunTheReplyIsStoppedByItsChat() async throws {
        let test = try await TestChat()
        test.site.upstream.answer = .hang
        let key = TestChat.key()
        let asking = Task { try await test.ask("How?", key: key) }
        _ = await test.site.upstream.next()
        let stranger = try await test.site.browser(of: try await test.site.person("stranger@example.org"))
        #expect(try await stranger.post("/chat/\(key)/stop").status == .notFound)
        let stopped = try await test.browser.post("/chat/\(key)/stop", [:], [.accept: "application/json"])
        #expect(stopped.status == .noContent)
        _ = await asking.result
        let reply = try #require(try await test.messages(of: key).last?.reply)
        #expect(reply.outcome == .stopped)
        let again = try await test.browser.post("/chat/\(key)/stop")
        #expect(again.status == .seeOther && again.location == "/chat/\(key)")
    }

    /// As a double click does where there are no scripts, or a reader who loads the page again.
    @Test func theSameFormSentAgainWhileTheModelThinksFindsTheReply() async throws {
        let test = try await TestChat { $0.disconnect = .cancel(graceSeconds: 5) }
        test.site.upstream.answer = .hang
        let key = TestChat.key()
        let first = Task { try await test.ask("How?", key: key) }
        let scripted = await test.site.upstream.next()
        first.cancel()
        let second = try await test.ask("How?", key: key)
        await test.site.gate.tick()
        scripted.accept()
        scripted.send(.text("So."))
        scripted.finish()
        let events = try TestEvent.all(try await second.whole().text)
        #expect(try events.last?.string("html").contains("<p>So.</p>") == true)
        #expect(test.site.upstream.calls.count == 1)
        _ = await first.result
    }

    @Test func withoutAFreeStreamNothingIsTakenAndTheDraftIsKept() async throws {
        let test = try await TestChat()
        test.site.slots.isFree = false
        let answer = try await test.post("Keep this")
        #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "5")
        #expect(answer.text.contains("Keep this</textarea>"))
        #expect(try await test.chats() == 0 && test.site.upstream.calls.isEmpty)
    }
}
