import Core
import Foundation
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// Why a question is not answered, and what it costs: nothing is stored, the draft is kept, and the words are the same
/// wherever they stand.
@Suite struct ChatRefusalTests {
    @Test func atTheLimitThePageTheScriptAndTheGaugeSayTheSame() async throws {
        let test = try await TestChat {
            $0.allowance = Tier.Allowance(tokensPerDay: 100)
        }
        try await test.site.use(promptTokens: 40, reply: String(repeating: "a", count: 40), by: test.person)
        let words = """
            Your tokens today: 31 tokens needed, 20 left of 100. It returns at 8 Jan 2026, 00:00 GMT. \
            A shorter prompt, a new chat or another model may still fit. Your draft is kept.
            """

        let page = try await test.post("fifteen letters")
        #expect(page.status == .tooManyRequests && page.headers[.retryAfter] == "43200")
        #expect(page.text.contains("role=\"alert\"><p>\(words)</p>"))
        #expect(page.text.contains("data-of=\"advice\">\(words)</p>"))
        #expect(page.text.contains("fifteen letters</textarea>"))
        #expect(page.text.contains("<time datetime=\"2026-01-08T00:00:00Z\" data-countdown>"))

        let script = try await test.ask("fifteen letters").whole()
        #expect(script.status == .tooManyRequests)
        #expect(try json(script)["detail"] as? String == words)

        let tokens = try await count(test, ["model": "small", "text": "fifteen letters"])
        let gauge = try #require(tokens["gauge"] as? [String: Any])
        #expect(gauge["advice"] as? String == words && gauge["isBlocked"] as? Bool == true)
        #expect(try await test.chats() == 0 && test.site.upstream.calls.count == 1)
    }

    @Test func aRefusedQuestionLeavesItsChatAsItWas() async throws {
        let test = try await TestChat { $0.allowance.requestsPerMinute = 1 }
        let chat = try await test.talk("One", reply: "Answer")
        let question = try await test.messages(of: chat)[0].id
        #expect(try await test.ask("Two", in: chat).status == .tooManyRequests)
        let edited = try await test.browser.post("/chat/\(chat)/edit/\(question)", ["text": "Keep this edit"])
        #expect(edited.status == .tooManyRequests && edited.text.contains("Keep this edit</textarea>"))
        #expect(try await test.messages(of: chat).map(\.text) == ["One", "Answer"])
    }

    @Test func aPromptOverTheTiersMaximumIsRefusedWithTheNumbers() async throws {
        let test = try await TestChat { $0.maxPromptTokens = 10 }
        let page = try await test.post("eleven char")
        #expect(page.status == .badRequest && page.text.contains("eleven char</textarea>"))
        #expect(page.text.contains("It needs 11 tokens, and one prompt may take 10 tokens."))
    }

    @Test func aBalanceForAShorterReplyGivesOneAndSaysSo() async throws {
        let test = try await TestChat { $0.allowance = Tier.Allowance(tokensPerDay: 100) }
        let answer = try await test.ask("Four")
        let scripted = await test.site.upstream.next()
        #expect(scripted.call.maxCompletionTokens == 96)
        let words = "Your tokens today: room for a reply of at most 96 tokens"
        #expect(try await answer.upTo("\n\n").contains(words))
        scripted.send(.text("Short"))
        scripted.finish(.length)
        let end = try #require(try TestEvent.all(try await answer.whole().text).last)
        #expect(try end.string("summary").hasPrefix(words))
        try await expectEverywhere(words, of: test)
        let gauge = try #require(try await count(test, ["model": "small", "text": "Four"])["gauge"] as? [String: Any])
        #expect(gauge["advice"] as? String == "Your balance allows a reply of at most 87 tokens, shorter than usual.")
    }

    @Test(arguments: [
        (UpstreamFailure.unreachable(detail: "key sk-1"), 502, "The model could not be reached."),
        (.timedOut, 504, "The model was silent for too long."),
        (
            .refused(status: 401, message: "key sk-1", retryAfterSeconds: nil), 502,
            "did not accept this site&#39;s key (401)"
        ),
        (.garbage(detail: "key sk-1"), 502, "something that is no reply"),
    ])
    func anUpstreamThatFailsCostsNothing(_ failure: UpstreamFailure, _ status: Int, _ words: String) async throws {
        let test = try await TestChat()
        test.site.upstream.answer = .fail(failure)
        let page = try await test.post("Keep this")
        #expect(page.status.code == status && page.text.contains(words) && !page.text.contains("sk-1"))
        #expect(page.text.contains("Keep this</textarea>") && page.text.contains("data-used=\"0\" data-held=\"0\""))
        #expect(try await test.chats() == 0)
    }

    private static let brokenOff = """
        The connection to the model's server ended before the reply did. You paid for the question and for what had \
        come, which is kept. Try again in a while, or choose another model.
        """

    @Test func aReplyThatBreaksOffKeepsWhatHadComeAndChargesThat() async throws {
        let test = try await TestChat()
        let (chat, answer, scripted) = try await test.running()
        scripted.send(.text("Half"))
        scripted.fail(.cut)
        let fail = try #require(try TestEvent.all(try await answer.whole().text).last)
        #expect(fail.name == "fail")
        #expect(try fail.string("message") == Self.brokenOff)
        let page = try await test.browser.get("/chat/\(chat)").text
        #expect(page.contains("<p>Half</p>") && page.contains("4 prompt + 4 reply = 8 tokens"))
        #expect(page.contains(Self.brokenOff.replacing("'", with: "&#39;")))
    }

    @Test(arguments: [
        (UpstreamFailure.timedOut, "The model was silent for too long. You paid for the question"),
        (.refused(status: 503, message: "sk-1", retryAfterSeconds: 9), "server failed (503)"),
        (.garbage(detail: "sk-1"), "The model&#39;s server sent something that is no reply."),
    ])
    func whyAReplyBrokeOffIsSaidFromThenOn(_ failure: UpstreamFailure, _ words: String) async throws {
        let test = try await TestChat()
        let (_, answer, scripted) = try await test.running()
        scripted.send(.text("Half"))
        scripted.fail(failure)
        #expect(try await answer.whole().text.contains(words.replacing("&#39;", with: "'")))
        try await expectEverywhere(words, of: test)
    }

    @Test func aReplyAtTheLongestThatTheTierAllowsSaysSo() async throws {
        let test = try await TestChat { $0.maxReplyTokens = 20 }
        let answer = try await test.ask("How?")
        let scripted = await test.site.upstream.next()
        scripted.send(.text(String(repeating: "a", count: 20)))
        scripted.finish(.length)
        let words = "Cut at 20 tokens, the longest reply that your tier and this model allow here"
        #expect(try await answer.whole().text.contains(words))
        try await expectEverywhere(words, of: test)
    }

    @Test func anotherWorkerSaysWhyAReplyWillBeShort() async throws {
        let test = try await TestChat { $0.allowance = Tier.Allowance(tokensPerDay: 100) }
        let other = try await TestSite(beside: test.site)
        let (chat, answer, scripted) = try await test.running("Four")
        scripted.send(.text("So far"))
        let request = try #require(try await test.messages(of: chat).last?.reply?.requestID)
        let elsewhere = try await other.browser(of: test.person)
        let follower = try await elsewhere.open(.get, "/chat/\(chat)/replies/\(request)/events", TestChat.events)
        _ = try await follower.upTo("So far")
        let page = try await elsewhere.get("/chat/\(chat)").text
        #expect(page.contains("Your tokens today: room for a reply of at most 96 tokens"))
        scripted.finish()
        _ = try await answer.whole()
    }

    @Test(arguments: ["", "  \n "])
    func aQuestionOfNothingIsRefused(_ text: String) async throws {
        let test = try await TestChat()
        #expect(try await test.post(text).status == .badRequest)
        #expect(try await test.chats() == 0)
    }

    @Test func aSecondQuestionWaitsForTheReply() async throws {
        let test = try await TestChat()
        let (chat, _, scripted) = try await test.running()
        let page = try await test.post("And then?", in: chat)
        #expect(page.status == .conflict && page.text.contains("And then?</textarea>"))
        scripted.finish()
    }

    @Test func aPromptOfTwoMegabytesIsTooMuch() async throws {
        let test = try await TestChat()
        let text = String(repeating: "a", count: 2_100_000)
        let answer = try await test.browser.send(.post, "/chat", body: "text=" + text)
        #expect(answer.status == .contentTooLarge && answer.text.contains("Shorten it"))
        #expect(try await test.chats() == 0)
    }

    @Test func textsAndPromptsAreCountedForPrograms() async throws {
        let test = try await TestChat()
        let text = try await count(test, ["model": "small", "text": "Hello"])
        #expect(text["text"] as? Int == 5 && text["total"] as? Int == 5 && text["exact"] as? Bool == true)
        let messages = [["role": "system", "content": "Be brief."], ["role": "user", "content": "Hi"]]
        #expect(try await count(test, ["model": "small", "messages": messages])["total"] as? Int == 11)
        let chat = try await test.talk("12345", reply: "1234567")
        #expect(try await count(test, ["model": "small", "text": "Hi", "chat": chat])["total"] as? Int == 14)
    }

    @Test(arguments: [
        ("{", 400), ("{}", 400), (#"{"model":"small"}"#, 400), (#"{"model":"none","text":"a"}"#, 404),
        (#"{"model":"small","text":"a","chat":"00000000000000000000000000000000"}"#, 404),
    ])
    func whatCannotBeCountedIsSaidInJSON(_ body: String, _ status: Int) async throws {
        let test = try await TestChat()
        let answer = try await test.browser.send(
            .post, "/tokens", [.accept: "application/json", .contentType: "application/json"], body: body)
        #expect(answer.status.code == status)
        #expect(try json(answer)["status"] as? Int == status)
    }

    /// On the page when it is loaded again, by this worker and another, and in both exports.
    private func expectEverywhere(_ words: String, of test: TestChat) async throws {
        let chat = try #require(
            try await test.site.store.conversations.list(of: test.person.id, after: nil, count: 1).first
        ).id
        let elsewhere = try await TestSite(beside: test.site).browser(of: test.person)
        for browser in [test.browser, elsewhere] {
            #expect(try await browser.get("/chat/\(chat)").text.contains(words))
        }
        for export in ["export.md", "export.json"] {
            let text = try await test.browser.get("/chat/\(chat)/\(export)").text
            #expect(text.contains(words.replacing("&#39;", with: "'")) && !text.contains("sk-1"), "\(export)")
        }
    }

    private func count(_ test: TestChat, _ question: [String: Any]) async throws -> [String: Any] {
        let body = String(decoding: try JSONSerialization.data(withJSONObject: question), as: UTF8.self)
        let answer = try await test.browser.send(
            .post, "/tokens", [.accept: "application/json", .contentType: "application/json"], body: body)
        #expect(answer.status == .ok)
        return try json(answer)
    }

    private func json(_ answer: Answer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any])
    }
}
