import Core
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// Chats and their list: what is sent twice is there once, what is replaced is gone, and what is another's is not there.
@Suite struct ChatTests {
    @Test func whatIsSentTwiceIsOneMessageAndOneCharge() async throws {
        let test = try await TestChat()
        let key = TestChat.key()
        let first = try await test.ask("How?", key: key)
        let scripted = await test.site.upstream.next()
        let second = try await test.ask("How?", key: key)
        scripted.send(.text("So."))
        scripted.finish()
        let answers = [try await first.whole(), try await second.whole()]
        for answer in answers { #expect(try TestEvent.all(answer.text).last?.name == "end") }

        let page = try await test.post("How?", key: key)
        #expect(page.status == .seeOther && page.location == "/chat/\(key)")
        #expect(try await test.messages(of: key).map(\.text) == ["How?", "So."])
        #expect(test.site.upstream.calls.count == 1)
    }

    @Test func theModelReadsTheInstructionsAndEverythingBefore() async throws {
        let test = try await TestChat()
        let answer = try await test.open(
            "/chat", ["text": "One", "submission": TestChat.key(), "instructions": "Be brief."])
        let scripted = await test.site.upstream.next()
        scripted.send(.text("Uno"))
        scripted.finish()
        let chat = try TestEvent.all(try await answer.whole().text)[0].string("chat")
        _ = try await test.talk("Two", reply: "Due", in: chat)
        #expect(test.site.upstream.calls.last?.messages.map(\.content) == ["Be brief.", "One", "Uno", "Two"])
    }

    @Test func aLineEndIsOneHoweverTheBrowserSendsIt() async throws {
        let test = try await TestChat()
        let answer = try await test.browser.open(
            .post, "/chat",
            body: Browser.encoded([
                "text": "a\r\nb", "submission": TestChat.key(), "model": "small", "instructions": "c\r\nd",
            ]))
        let scripted = await test.site.upstream.next()
        #expect(scripted.call.messages.map(\.content) == ["c\nd", "a\nb"])
        scripted.finish()
        #expect(try await answer.whole().text.contains("data-used=\"6\""))
    }

    @Test func anEditedQuestionTakesThePlaceOfTheLastOneAndItsReply() async throws {
        let test = try await TestChat()
        let chat = try await test.talk("One", reply: "Old")
        let question = try await test.messages(of: chat)[0].id
        let answer = try await test.open("/chat/\(chat)/edit/\(question)", ["text": "Other"])
        let scripted = await test.site.upstream.next()
        scripted.send(.text("New"))
        scripted.finish()
        let events = try TestEvent.all(try await answer.whole().text)
        #expect((events[0].payload["removes"] as? [String])?.contains(question.rawValue) == true)
        #expect(try events.last?.string("html").contains("/edit/") == true)
        #expect(try await test.messages(of: chat).map(\.text) == ["Other", "New"])
        let twice = try await test.browser.post("/chat/\(chat)/edit/\(question)", ["text": "Other"])
        #expect(twice.status == .seeOther)
        let outdated = try await test.browser.post("/chat/\(chat)/regenerate/\(question)")
        #expect(outdated.status == .conflict)
    }

    @Test func aReplyCanBeHadAnew() async throws {
        let test = try await TestChat()
        let chat = try await test.talk("One", reply: "Old")
        let reply = try await test.messages(of: chat)[1].id
        let answer = try await test.open("/chat/\(chat)/regenerate/\(reply)", [:])
        let scripted = await test.site.upstream.next()
        scripted.send(.text("New"))
        scripted.finish()
        let begin = try TestEvent.all(try await answer.whole().text)[0]
        #expect(begin.payload["removes"] as? [String] == [reply.rawValue])
        #expect(try !begin.string("html").contains("class=\"message question\""))
        #expect(try await test.messages(of: chat).map(\.text) == ["One", "New"])
    }

    @Test func whatBelongsToAnotherPersonIsNotThere() async throws {
        let test = try await TestChat()
        let (chat, _, scripted) = try await test.running()
        let messages = try await test.messages(of: chat)
        let request = try #require(messages[1].reply?.requestID)
        let stranger = try await test.site.browser(of: test.site.person("stranger@example.org"))
        for path in ["", "/export.md", "/export.json", "/replies/\(request)/events"] {
            #expect(try await stranger.get("/chat/\(chat)\(path)").status == .notFound, "GET \(path)")
        }
        let fields: KeyValuePairs = [
            "text": "a", "submission": chat, "model": "small", "title": "a", "instructions": "a",
        ]
        let paths = [
            "", "/edit/\(messages[0].id)", "/regenerate/\(messages[1].id)", "/rename", "/instructions", "/delete",
            "/replies/\(request)/stop",
        ]
        for path in paths {
            #expect(try await stranger.post("/chat/\(chat)\(path)", fields).status == .notFound, "POST \(path)")
        }
        #expect(try await stranger.post("/chat", fields).status == .notFound)
        #expect(try await test.messages(of: chat).map(\.text) == ["How?", ""])
        scripted.finish()
    }

    @Test(arguments: [
        "/chat/..%2fadmin", "/chat/1", "/chat/%00", "/chat/00000000000000000000000000000000", "/chat/a/b/c",
    ])
    func whatIsNoChatIsNotThere(_ path: String) async throws {
        let test = try await TestChat()
        #expect(try await test.browser.get(path).status == .notFound)
    }

    @Test(arguments: [
        "\"><script>alert(1)</script>", "{{title}} {{{blockHTML}}}", "<!--reply-->", "\u{202E}abc\r\nX: y",
    ])
    func hostileTextIsOnlyText(_ text: String) async throws {
        let test = try await TestChat()
        let chat = try await test.talk(text, reply: text)
        #expect(try await test.browser.post("/chat/\(chat)/instructions", ["instructions": text]).status == .seeOther)
        let search = try await test.browser.get("/chat?q=" + Browser.escaped(text))
        let page = try await test.browser.get("/chat/\(chat)")
        for answer in [search, page] {
            #expect(answer.status == .ok)
            #expect(!answer.text.contains("<script>alert") && !answer.text.contains("<!--reply-->"))
        }
        #expect(page.text.contains(text.typed.htmlEscaped))
        let export = try await test.browser.get("/chat/\(chat)/export.md")
        #expect(export.headers[.contentDisposition]?.allSatisfy { $0.isASCII && !$0.isNewline } == true)
    }

    @Test func chatsAreListedByTheDaysOfThePerson() async throws {
        let test = try await TestChat()
        for question in ["Before yesterday", "The day before", "Just now"] {
            test.site.clock.advance(seconds: 86_400)
            _ = try await test.site.store.conversations.submit(
                Submission(key: "k", conversation: .random(), kind: .ask(question), model: "small"), of: test.person.id)
        }
        let page = try await test.site.browser(of: test.person).get("/chat").text
        let days = page.matches(of: /<h2>([^<]*)<\/h2>/).map { String($0.1) }
        #expect(days == ["Today", "Yesterday", "8 Jan 2026"])
    }

    @Test func aLongListGoesOnOnAnotherPage() async throws {
        let test = try await TestChat()
        for number in 1...(ChatList.pageSize + 1) {
            test.site.clock.advance(seconds: 60)
            _ = try await test.site.store.conversations.submit(
                Submission(key: "k", conversation: .random(), kind: .ask("Chat \(number)."), model: "small"),
                of: test.person.id)
        }
        let first = try await test.browser.get("/chat").text
        #expect(first.contains("Chat 51.") && !first.contains("Chat 1."))
        let older = try #require(first.firstMatch(of: /href="(\/chat\?after=[^"]*)"/)?.1)
        let second = try await test.browser.get(String(older)).text
        #expect(second.contains("Chat 1.") && !second.contains("Chat 2.") && !second.contains("?after="))
    }

    @Test func chatsAreFoundByWhatWasSaid() async throws {
        let test = try await TestChat()
        _ = try await test.talk("About gates", reply: "They meter water.")
        _ = try await test.talk("About bread", reply: "It is baked.")
        let page = try await test.browser.get("/chat?q=METER").text
        #expect(page.contains("About gates") && page.contains("They meter water.") && !page.contains("About bread"))
        #expect(try await test.browser.get("/chat?q=nowhere").text.contains("Nothing was found."))
    }

    @Test func aChatIsRenamedInstructedExportedAndDeleted() async throws {
        let test = try await TestChat()
        let chat = try await test.talk("One", reply: "**Uno**")
        let renamed = try await test.browser.post("/chat/\(chat)/rename", ["title": "Zählen & mehr"])
        #expect(renamed.status == .seeOther && renamed.location == "/chat/\(chat)")
        #expect(try await test.browser.post("/chat/\(chat)/rename", ["title": " "]).status == .badRequest)
        _ = try await test.browser.post("/chat/\(chat)/instructions", ["instructions": "Be brief."])

        let markdown = try await test.browser.get("/chat/\(chat)/export.md")
        #expect(
            markdown.text == """
                # Zählen & mehr

                ## Instructions for the model

                Be brief.

                ## You

                One

                ## small

                **Uno**

                """)
        #expect(
            markdown.headers[.contentDisposition] == "attachment; filename*=UTF-8''Z%C3%A4hlen%20%26%20mehr.md")
        let json = try await test.browser.get("/chat/\(chat)/export.json").text
        #expect(json.contains("\"completionTokens\" : 7") && json.contains("\"title\" : \"Zählen & mehr\""))

        #expect(try await test.browser.post("/chat/\(chat)/delete").location == "/chat")
        #expect(try await test.browser.get("/chat/\(chat)").status == .notFound)
        #expect(
            try await test.browser.post("/chat/\(chat)", ["text": "a", "submission": "k", "model": "small"]).status
                == .notFound)
    }

    @Test func deletingAChatStopsItsReply() async throws {
        let test = try await TestChat()
        let (chat, answer, scripted) = try await test.running()
        _ = try await test.browser.post("/chat/\(chat)/delete")
        #expect(await scripted.wasCancelled())
        // Its end comes before the chat is gone, or not any more.
        let last = try #require(try TestEvent.all(try await answer.whole().text).last)
        #expect(["end", "fail"].contains(last.name))
        #expect(try await test.site.store.ledger.openHolds().isEmpty)
    }

    @Test func aModelThatTheTierDoesNotAllowIsNeitherOfferedNorUsed() async throws {
        let test = try await TestChat { $0.models = [] }
        let page = try await test.browser.get("/chat").text
        #expect(page.contains("No model is open to you yet.") && page.contains("id=\"send\" disabled"))
        #expect(try await test.post("How?").status == .forbidden)
    }
}
