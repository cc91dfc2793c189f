import Core
import Foundation
import GateTestSupport
import HTTPTypes
import Testing

@testable import Store
@testable import Web

// The table of readers who leave, whichever way they read. A token is a byte, the prompt has five, each event three, and
// there are `LeavingReader.events` of them.
//
// | leaves            | under `cancel`                      | under `drain`                      |
// |-------------------|-------------------------------------|------------------------------------|
// | before the answer | 5, abandoned; a page keeps it       | a page: as after; a program: 5     |
// | after k events    | 5 + 3k, abandoned; the text is kept | 5 + 3n, finished; all of it is kept |
//
// A program's reply is cancelled at the next tick, a page's when the tier's grace is over; embeddings never are.

/// Somebody who asks in one of four ways, under one of two policies.
struct LeavingReader: Sendable, CustomTestStringConvertible {
    enum Way: String, Sendable, CaseIterable {
        case page, pageWithoutScript, stream, document
    }

    static let events = 6
    static let all = Way.allCases.flatMap { way in
        [DisconnectPolicy.cancel(graceSeconds: 0), .drain].map { LeavingReader(way: way, policy: $0) }
    }

    let way: Way
    let policy: DisconnectPolicy

    var testDescription: String { "\(way), \(policy)" }
    var isPage: Bool { way == .page || way == .pageWithoutScript }
}

@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClientFaultTests {
    @Test(arguments: LeavingReader.all)
    func whoLeavesAfterAnyEventPaysWhatThePolicySays(_ reader: LeavingReader) async throws {
        let desk = try await Desk(reader)
        for count in 0...LeavingReader.events {
            let (answer, scripted) = try await desk.running()
            try await desk.send(0..<count, to: scripted)
            await answer.leave()
            if reader.policy == .drain {
                try await desk.send(count..<LeavingReader.events, to: scripted)
                scripted.finish()
            } else {
                // So long a reply waits for a reader whom it never had, once the gate has seen that nobody is there.
                await desk.site.gate.tick()
                desk.site.clock.advance(seconds: 10)
                #expect(await scripted.wasCancelled())
            }
            try await desk.expectSettled(
                scripted, events: reader.policy == .drain ? LeavingReader.events : count)
        }
    }

    @Test(arguments: LeavingReader.all)
    func whoLeavesBeforeTheAnswerPaysForThePrompt(_ reader: LeavingReader) async throws {
        let desk = try await Desk(reader)
        desk.site.upstream.answer = .hang
        let asking = Task { try await desk.ask() }
        let scripted = await desk.site.upstream.next()
        asking.cancel()
        if reader.isPage {
            await desk.site.gate.tick()
            guard reader.policy != .drain else {
                scripted.accept()
                scripted.finish()
                _ = await asking.result
                return try await desk.expectSettled(scripted, events: 0)
            }
        }
        try await until {
            await desk.site.gate.tick()
            return desk.site.upstream.cancelledOpenings != 0
        }
        _ = await asking.result
        try await desk.untilNothingIsHeld()
        #expect(try await desk.site.charges(of: desk.person) == [.tokens(5, 0, .counted, .abandoned)])
        let chats = try await desk.site.store.conversations.list(of: desk.person.id, after: nil, count: 9)
        #expect(chats.count == (reader.isPage ? 1 : 0))
    }

    /// A page has its grace: who comes back within it finds the reply running, and pays for all of it.
    @Test func aPageThatIsReloadedInTimeLosesNothing() async throws {
        let desk = try await Desk(LeavingReader(way: .page, policy: .cancel(graceSeconds: 10)))
        let (answer, scripted) = try await desk.running()
        try await desk.send(0..<2, to: scripted)
        await answer.leave()
        desk.site.clock.advance(seconds: 9)
        let chat = try await desk.site.store.conversations.list(of: desk.person.id, after: nil, count: 1)[0].id
        let path = "/chat/\(chat)/replies/\(scripted.call.requestID)/events"
        let again = try await desk.browser.open(.get, path, TestChat.events)
        try await desk.send(2..<LeavingReader.events, to: scripted)
        scripted.finish()
        #expect(try await again.whole().text.contains("e0 e1 e2 e3 e4 e5"))
        #expect(try await desk.site.charges(of: desk.person) == [.tokens(5, 18, .counted, .finished)])
    }
}

/// One reader in a house of their own.
private struct Desk {
    private static let question = #"{"model":"small","messages":[{"role":"user","content":"Hello"}]"#

    let reader: LeavingReader
    let site: TestSite
    let person: Person
    let browser: Browser
    private let program: Program

    init(_ reader: LeavingReader) async throws {
        self.reader = reader
        site = try await TestSite()
        let tier = try await site.standard()
        var settings = tier.settings
        settings.disconnect = reader.policy
        _ = try await site.store.tiers.change(tier.id, to: settings, by: .program)
        person = try await site.person()
        browser = try await site.browser(of: person)
        program = try await Program(site, as: person)
    }

    /// Asks, and returns when the answer begins; of a document that is when it ends.
    func ask() async throws -> StreamedAnswer {
        let form = "text=Hello&model=small&submission=\(TestChat.key())"
        return switch reader.way {
        case .page: try await browser.open(.post, "/chat", TestChat.events, body: form)
        case .pageWithoutScript: try await browser.open(.post, "/chat", body: form)
        case .stream: try await program.open("/v1/chat/completions", Self.question + #","stream":true}"#)
        case .document: try await program.open("/v1/chat/completions", Self.question + "}")
        }
    }

    /// A reply that is being read, and how to leave it.
    func running() async throws -> (Leaver, ScriptedReply) {
        let asking = Task { try await ask() }
        let scripted = await site.upstream.next()
        if reader.way == .document {
            try await until { await site.gate.reply(to: scripted.call.requestID, of: person.id) != nil }
            return (Leaver(asking: asking), scripted)
        }
        return (Leaver(answer: try await asking.value), scripted)
    }

    /// Returns when the gate has read them. Does not listen: that would be another reader.
    func send(_ events: Range<Int>, to scripted: ScriptedReply) async throws {
        guard let reply = await reply(to: scripted) else { return }
        for event in events {
            scripted.send(.text("e\(event) "), .passage(Array("data: {\"n\":\(event)}\n\n".utf8)))
            try await until { reply.text.utf8.count >= 3 * (event + 1) }
        }
    }

    private func reply(to scripted: ScriptedReply) async -> LiveReply? {
        await site.gate.reply(to: scripted.call.requestID, of: person.id)
    }

    /// The last request, and what is kept of it.
    func expectSettled(_ scripted: ScriptedReply, events: Int) async throws {
        _ = try await reply(to: scripted)?.whole()
        try await untilNothingIsHeld()
        let outcome: Outcome = reader.policy == .drain ? .finished : .abandoned
        #expect(try await site.charges(of: person).last == .tokens(5, Int64(3 * events), .counted, outcome))
        guard reader.isPage else { return }
        let kept = try await site.store.conversations.reply(to: scripted.call.requestID, of: person.id)
        #expect(kept.text == (0..<events).map { "e\($0) " }.joined())
        #expect(kept.state != .streaming)
    }

    /// Settled, and its text kept.
    func untilNothingIsHeld() async throws {
        try await until { try await site.store.ledger.openHolds().isEmpty }
        for call in site.upstream.calls {
            try await until { await site.gate.reply(to: call.requestID, of: person.id) == nil }
        }
    }
}

/// Somebody who can go away: from an answer that has begun, or while waiting for one.
private struct Leaver {
    var asking: Task<StreamedAnswer, any Error>?
    var answer: StreamedAnswer?

    func leave() async {
        asking?.cancel()
        _ = await asking?.result
        await answer?.leave()
    }
}
