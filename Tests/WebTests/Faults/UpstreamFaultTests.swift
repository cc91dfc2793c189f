import Core
import Foundation
import HTTPTypes
import Relay
import Testing
import UpstreamTestSupport

@testable import Store
@testable import Web

/// Every row of the table, asked for in each of three ways through the whole house: the site, the gate, a ledger in a
/// file, and the real client of upstreams over a real socket.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct UpstreamFaultTests {
    @Test(arguments: UpstreamFault.all)
    func itCostsAndSaysWhatTheTableSays(_ fault: UpstreamFault) async throws {
        try await withSite(of: fault) { site in
            try await ask(onThePageOf: site, fault)
            try await ask(inAStreamOf: site, fault)
            try await ask(inOnePieceOf: site, fault)
        }
    }

    private func ask(onThePageOf site: TestSite, _ fault: UpstreamFault) async throws {
        let person = try await site.person("reader@example.org")
        let browser = try await site.browser(of: person)
        let form = "text=Hello&model=small&submission=\(TestChat.key())"
        let answer = try await browser.open(.post, "/chat", TestChat.events, body: form).whole()
        try await expectCharge(fault.charge, of: person, at: site)
        #expect(!answer.text.contains("sk-upstream"))
        if fault.charge == .nothing {
            #expect(answer.json["detail"] as? String == fault.reader)
            #expect(try await site.store.conversations.list(of: person.id, after: nil, count: 9).isEmpty)
        } else {
            try await expectAReply(answer, of: fault, browser)
        }
    }

    private func ask(inAStreamOf site: TestSite, _ fault: UpstreamFault) async throws {
        let program = try await Program(site, as: site.person("streams@example.org"))
        let answer = try await program.post("/v1/chat/completions", Self.question + #","stream":true}"#)
        try await expectCharge(fault.charge, of: program.person, at: site)
        expect(answer, fault.stream, of: fault)
        let (said, ending) = Self.streamed(answer.text)
        switch fault.stream {
        case .status: break
        case .whole(let text): #expect(said == text && ending == "[DONE]")
        case .brokenOff(let text):
            #expect(said == text && ending.contains("upstream_error") && !answer.text.contains("[DONE]"))
            #expect(ending.contains("\"charged_tokens\":\(5 + text.utf8.count)"))
        }
    }

    private func ask(inOnePieceOf site: TestSite, _ fault: UpstreamFault) async throws {
        let program = try await Program(site, as: site.person("whole@example.org"))
        let answer = try await program.post("/v1/chat/completions", Self.question + "}")
        try await expectCharge(fault.charge, of: program.person, at: site)
        expect(answer, fault.document, of: fault)
        if case .whole(let text) = fault.document {
            let choice = (answer.json["choices"] as? [[String: Any]])?.first
            #expect((choice?["message"] as? [String: Any])?["content"] as? String == text)
        } else if case .tokens(let prompt, let completion, _, _, _) = fault.charge {
            #expect(answer.details["charged_tokens"] as? Int64 == prompt + completion)
            #expect(answer.headers[.xShouldRetry] == "false", "asking again would be charged again")
        }
    }

    // MARK: The house

    private static let question = #"{"model":"small","messages":[{"role":"user","content":"Hello"}]"#

    private func withSite(of fault: UpstreamFault, _ body: (TestSite) async throws -> Void) async throws {
        let server = try fault.does.map(RawServer.init)
        defer { server?.stop() }
        let unused = try UnusedPort()
        defer { unused.release() }
        var settings = OpenAIUpstream.Settings()
        switch fault.impatience {
        case .connection: settings.connectTimeout = .milliseconds(300)
        case .firstByte: settings.firstByteTimeout = .milliseconds(300)
        case .nextByte: settings.silenceTimeout = .milliseconds(300)
        case nil: break
        }
        let upstream = OpenAIUpstream(settings: settings)
        let port = server?.port ?? unused.number
        let site = try await TestSite(asking: upstream, at: "\(fault.scheme)://127.0.0.1:\(port)/v1")
        do {
            try await body(site)
        } catch {
            try await upstream.shutDown()
            throw error
        }
        try await upstream.shutDown()
        #expect(try await site.store.ledger.openHolds().isEmpty, "something is held for nothing")
    }

    // MARK: What is expected

    private func expectCharge(_ charge: UpstreamFault.Charge, of person: Person, at site: TestSite) async throws {
        let charges = try await site.charges(of: person)
        #expect(charges == (charge == .nothing ? [] : [charge]))
    }

    private func expectAReply(_ answer: Answer, of fault: UpstreamFault, _ browser: Browser) async throws {
        let last = try #require(try TestEvent.all(answer.text).last)
        let chat = try TestEvent.all(answer.text)[0].string("chat")
        let page = try await browser.get("/chat/\(chat)").text
        if let reader = fault.reader {
            #expect(last.name == "fail")
            #expect(try last.string("message") == reader)
            #expect(page.contains(reader.replacing("'", with: "&#39;")), "the page forgot why")
        } else {
            #expect(last.name == "end" && !page.contains("You paid"))
        }
        if case .whole(let text) = fault.stream { #expect(page.contains("<p>\(text)</p>")) }
        if case .brokenOff(let text) = fault.stream, !text.isEmpty { #expect(page.contains("<p>\(text)</p>")) }
    }

    private func expect(_ answer: Answer, _ expected: UpstreamFault.Answer, of fault: UpstreamFault) {
        #expect(!answer.text.contains("sk-upstream"))
        guard case .status(let status) = expected else {
            #expect(answer.status == .ok)
            return
        }
        #expect(answer.status.code == status && answer.error["code"] as? String == "upstream_error")
        if fault.charge == .nothing { #expect(answer.error["message"] as? String == fault.reader) }
    }

    /// The text of a stream, and its last event.
    private static func streamed(_ stream: String) -> (text: String, last: String) {
        let events = stream.components(separatedBy: "\n\n").filter { $0.hasPrefix("data: ") }.map {
            $0.components(separatedBy: "\n").map { $0.dropFirst("data: ".count) }.joined(separator: "\n")
        }
        let text = events.map { event in
            let chunk = try? JSONSerialization.jsonObject(with: Data(event.utf8)) as? [String: Any]
            let choice = (chunk?["choices"] as? [[String: Any]])?.first
            return (choice?["delta"] as? [String: Any])?["content"] as? String ?? ""
        }
        return (text.joined(), events.last ?? "")
    }
}
