import Core
import Foundation
import GateTestSupport
import HTTPTypes
import Store
import Synchronization
import Testing

@testable import Web

/// Somebody in front of a new chat, in a tier of their own.
struct TestChat {
    let site: TestSite
    let person: Person
    let browser: Browser

    static let events: HTTPFields = [.accept: "text/event-stream, application/problem+json"]

    init(_ change: (inout Tier.Settings) -> Void = { _ in }) async throws {
        site = try await TestSite()
        let standard = try await site.standard()
        var settings = standard.settings
        change(&settings)
        let tier = try await site.store.tiers.change(standard.id, to: settings, by: .program)
        person = try await site.person(in: tier)
        browser = try await site.browser(of: person)
    }

    static func key() -> String { Core.RequestID.random().rawValue }

    /// Sends a question as the composer's script does, and returns when its answer begins.
    func ask(
        _ text: String, in chat: String? = nil, key: String = key(), by asker: Browser? = nil
    ) async throws -> StreamedAnswer {
        try await open(chat.map { "/chat/\($0)" } ?? "/chat", ["text": text, "submission": key], by: asker)
    }

    /// Any form of the chat, sent by the script.
    func open(
        _ path: String, _ fields: KeyValuePairs<String, String>, by asker: Browser? = nil
    ) async throws -> StreamedAnswer {
        try await (asker ?? browser).open(
            .post, path, Self.events, body: Browser.encoded(fields) + "&model=small")
    }

    /// The same form as a browser without scripts sends it.
    func post(_ text: String, in chat: String? = nil, key: String = key()) async throws -> Answer {
        try await browser.post(
            chat.map { "/chat/\($0)" } ?? "/chat", ["text": text, "submission": key, "model": "small"])
    }

    /// A chat with one question and its reply.
    func talk(_ question: String, reply: String, in chat: String? = nil) async throws -> String {
        let answer = try await ask(question, in: chat)
        let scripted = await site.upstream.next()
        scripted.send(.text(reply))
        scripted.finish()
        return try TestEvent.all(try await answer.whole().text)[0].string("chat")
    }

    /// A chat whose reply is being written.
    func running(_ question: String = "How?") async throws -> (chat: String, answer: StreamedAnswer, ScriptedReply) {
        let answer = try await ask(question)
        let scripted = await site.upstream.next()
        let begin = try TestEvent.all(try await answer.upTo("\n\n"))[0]
        return (try begin.string("chat"), answer, scripted)
    }

    func messages(of chat: String) async throws -> [Message] {
        try await site.store.conversations.record(of: ConversationID(rawValue: chat), of: person.id).messages
    }

    /// Lets as much time pass as the tier lets a page be left.
    func waitOutTheGrace(of asking: Task<StreamedAnswer, any Error>) async throws {
        let isOver = Mutex(false)
        async let ending: Void = {
            _ = await asking.result
            isOver.withLock { $0 = true }
        }()
        try await until {
            await site.gate.tick()
            site.clock.advance(seconds: 5)
            return isOver.withLock(\.self)
        }
        await ending
    }

    func chats() async throws -> Int {
        try await site.store.conversations.list(of: person.id, after: nil, count: 100).count
    }
}

/// An event as a browser reads it.
struct TestEvent {
    let name: String
    let payload: [String: Any]

    /// All events in a piece of a stream.
    static func all(_ text: String) throws -> [TestEvent] {
        try text.components(separatedBy: "\n\n").filter { $0.hasPrefix("event: ") }.map { piece in
            let lines = piece.components(separatedBy: "\n")
            let object = try JSONSerialization.jsonObject(with: Data(lines[1].dropFirst("data: ".count).utf8))
            return TestEvent(
                name: String(lines[0].dropFirst("event: ".count)), payload: object as? [String: Any] ?? [:])
        }
    }

    func string(_ name: String) throws -> String { try #require(payload[name] as? String) }

    func gauge(_ name: String) throws -> String {
        try #require((payload["gauge"] as? [String: Any])?[name] as? String)
    }
}
