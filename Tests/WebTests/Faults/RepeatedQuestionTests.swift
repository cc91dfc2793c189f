import Core
import GateTestSupport
import HTTPTypes
import Testing

@testable import Store
@testable import Web

// The table of forms that are sent again, by a double click, a reload or going back.
//
// | what comes again                  | charge  | what is seen                          |
// |-----------------------------------|---------|---------------------------------------|
// | the same form while it runs       | once    | the same reply as it comes            |
// | the same form after it has ended  | once    | the same reply                        |
// | a new chat's form, another text   | of both | another chat, with an answer to that  |
// | a chat's form, another text       | of both | that question next in the same chat   |
// | a form of an edit, another text   | once    | that the chat has gone on             |
@Suite(.timeLimit(.minutes(5)))
struct RepeatedQuestionTests {
    private let test: TestChat

    init() async throws {
        test = try await TestChat()
        test.site.upstream.answer = .play { scripted in
            scripted.send(.text("To \(scripted.call.messages.last?.content ?? "")"))
            scripted.finish()
        }
    }

    @Test func theSameFormIsTheSameReply() async throws {
        let key = TestChat.key()
        for _ in 1...3 { #expect(try await test.ask("One", key: key).whole().text.contains("To One")) }
        #expect(try await charges() == 1)
    }

    @Test func anotherTextInTheFormOfANewChatIsAnotherChat() async throws {
        let key = TestChat.key()
        let first = try await chat(of: try await test.ask("One", key: key))
        let second = try await chat(of: try await test.ask("Two", key: key))
        #expect(try await test.messages(of: first).map(\.text) == ["One", "To One"])
        #expect(try await test.messages(of: second).map(\.text) == ["Two", "To Two"])
        #expect(try await chat(of: try await test.ask("Two", key: key)) == second, "that form comes twice, too")
        #expect(try await charges() == 2)
    }

    @Test func anotherTextInTheFormOfAChatIsItsNextQuestion() async throws {
        let chat = try await chat(of: try await test.ask("One"))
        let key = TestChat.key()
        for text in ["Two", "Three", "Two", "Three"] { _ = try await test.ask(text, in: chat, key: key).whole() }
        #expect(
            try await test.messages(of: chat).map(\.text)
                == ["One", "To One", "Two", "To Two", "Three", "To Three"])
        #expect(try await charges() == 3)
    }

    @Test func anotherTextInTheFormOfAnEditIsRefused() async throws {
        let chat = try await chat(of: try await test.ask("One"))
        let edit = "/chat/\(chat)/edit/\(try await test.messages(of: chat)[0].id)"
        _ = try await test.open(edit, ["text": "Two"]).whole()
        #expect(try await test.open(edit, ["text": "Two"]).whole().text.contains("To Two"))
        #expect(try await test.open(edit, ["text": "Three"]).status == .conflict)
        #expect(try await test.messages(of: chat).map(\.text) == ["Two", "To Two"])
        #expect(try await charges() == 2)
    }

    private func chat(of answer: StreamedAnswer) async throws -> String {
        try TestEvent.all(try await answer.whole().text)[0].string("chat")
    }

    private func charges() async throws -> Int { try await test.site.charges(of: test.person).count }
}
