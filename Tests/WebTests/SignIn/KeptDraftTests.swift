import Core
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// A question that is sent without JavaScript when its session is over.
@Suite struct KeptDraftTests {
    let test: TestChat
    let hostile = "A \"draft\"\nof two <b>lines</b> & {{text}}"

    init() async throws {
        test = try await TestChat()
        let hash = try await test.site.site.ports.hasher.hash(TestSite.password)
        try await test.site.store.people.setPassword(hash: hash, of: test.person.id, ending: .all, by: .shell)
    }

    /// What the browser sends of the sign-in's form, with these in its fields.
    private func form(_ page: Answer, _ password: String = TestSite.password) -> KeyValuePairs<String, String> {
        let hidden = { (name: String) in
            page.text.firstMatch(
                of: try! Regex("name=\"\(name)\" value=\"([^\"]*)\"", as: (Substring, Substring).self))?
                .1.unescaped ?? ""
        }
        return [
            "email": "maren@example.org", "password": password, "next": hidden("next"), "draft": hidden("draft"),
            "model": hidden("model"), "instructions": hidden("instructions"), "isEdit": hidden("isEdit"),
        ]
    }

    @Test func itStandsInTheComposerOnceSomebodyHasSignedIn() async throws {
        let browser = test.site.browser()
        let asked = try await browser.post(
            "/chat", ["text": hostile, "submission": TestChat.key(), "model": "small", "instructions": "Be brief."])
        #expect(asked.status == .unauthorized && asked.text.contains("What you wrote is kept"))
        let refused = try await browser.post("/sign-in", form(asked, "wrong horse"))
        #expect(refused.status == .unprocessableContent)
        let page = try await browser.post("/sign-in", form(refused))
        #expect(page.status == .ok && page.text.contains(">\(hostile.htmlEscaped)</textarea>"))
        #expect(page.text.contains(">Be brief.</textarea>") && page.text.contains("action=\"/chat\""))
        #expect(try await browser.get("/account").status == .ok)
        #expect(try await test.chats() == 0 && test.site.upstream.calls.isEmpty)
    }

    @Test func itStandsInItsOwnChat() async throws {
        let chat = try await signedInChat()
        let browser = test.site.browser()
        let page = try await browser.post(
            "/sign-in",
            form(try await browser.post("/chat/\(chat)", ["text": "Next", "submission": "k", "model": "small"])))
        #expect(page.text.contains(">Next</textarea>") && page.text.contains("action=\"/chat/\(chat)\""))
        let question = try await test.messages(of: chat)[0].id
        let edited = try await signedIn(after: "/chat/\(chat)/edit/\(question)", ["text": "Edited"])
        #expect(edited.text.contains(">Edited</textarea>"))
        #expect(edited.text.contains("<details class=\"menu\" open>"))
        #expect(try await test.messages(of: chat).map(\.text) == ["One", "Uno"])
    }

    @Test func inTheChatOfAnotherItIsAQuestionOfANewOne() async throws {
        let chat = try await signedInChat()
        let other = try await test.site.person("tomas@example.org", password: TestSite.password)
        let browser = test.site.browser()
        let asked = try await browser.post("/chat/\(chat)", ["text": "Next", "submission": "k", "model": "small"])
        let page = try await browser.post(
            "/sign-in",
            ["email": other.email.rawValue, "password": TestSite.password, "next": "/chat/\(chat)", "draft": "Next"])
        #expect(asked.text.contains("value=\"/chat/\(chat)\""))
        #expect(page.text.contains(">Next</textarea>") && page.text.contains("action=\"/chat\""))
        #expect(!page.text.contains("Uno"))
    }

    @Test func whatIsTooLongIsNotSentBackToAStranger() async throws {
        let text = String(repeating: "a", count: KeptDraft.maxBytes + 1)
        let page = try await test.site.browser().post("/chat", ["text": text, "submission": "k", "model": "small"])
        #expect(page.status == .unauthorized && page.text.contains("too long to be carried along"))
        #expect(page.text.utf8.count < 10_000)
        let forged = try await test.site.browser().post(
            "/sign-in", ["email": "maren@example.org", "password": "wrong horse", "draft": text])
        #expect(forged.status == .unprocessableContent && forged.text.utf8.count < 10_000)
    }

    @Test func whatIsNoQuestionLeadsToTheSignInAsBefore() async throws {
        let chat = try await signedInChat()
        for path in ["/chat/\(chat)/delete", "/chat/\(chat)/rename", "/account/theme"] {
            let answer = try await test.site.browser().post(path, ["title": "x"])
            #expect(answer.status == .seeOther && answer.location?.hasPrefix("/sign-in?next=") == true, "\(path)")
        }
    }

    @Test func anotherSitesPageCanPlantNothing() async throws {
        let answer = try await test.site.browser().post(
            "/chat", ["text": "Buy!", "submission": "k", "model": "small"], [.secFetchSite: "cross-site"])
        #expect(answer.status == .forbidden && !answer.text.contains("Buy!"))
    }

    private func signedInChat() async throws -> String {
        let browser = try await test.site.browser(of: test.person)
        let answer = try await test.ask("One", by: browser)
        let scripted = await test.site.upstream.next()
        scripted.send(.text("Uno"))
        scripted.finish()
        return try TestEvent.all(try await answer.whole().text)[0].string("chat")
    }

    private func signedIn(after path: String, _ fields: KeyValuePairs<String, String>) async throws -> Answer {
        let browser = test.site.browser()
        return try await browser.post("/sign-in", form(try await browser.post(path, fields)))
    }
}

extension Substring {
    /// What an attribute says.
    fileprivate var unescaped: String {
        String(self).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }
}
