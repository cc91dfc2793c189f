import Core
import Foundation
import GateTestSupport
import HTTPTypes
import Testing

@testable import Store
@testable import Web

/// A program that sends the same request again under the same key: it is asked and charged once.
@Suite(.timeLimit(.minutes(5)))
struct RepeatedRequestTests {
    private static let question = #"{"model":"small","messages":[{"role":"user","content":"Hello"}]"#
    private static let document = #"{"id":"c1",  "choices":[{"message":{"content":"Hi"}}]}"#
    private let site: TestSite
    private let program: Program

    init() async throws {
        site = try await TestSite()
        program = try await Program(site)
    }

    // MARK: After it has ended

    @Test func itsAnswerIsGivenAgainByteByByte() async throws {
        let first = try await askForADocument()
        let second = try await post()
        #expect(first.text == second.text && second.status == .ok)
        #expect(first.headers[.idempotencyReplayed] == nil && second.headers[.idempotencyReplayed] == "true")
        #expect(second.headers[.rateLimit] != nil, "what is left is said with every answer")
        try await expectOneCharge(5, 2)
    }

    @Test func soIsAStream() async throws {
        let first = try await askForAStream()
        let second = try await post(#","stream":true}"#)
        #expect(first.text == second.text && first.text.hasSuffix("data: [DONE]\n\n"))
        #expect(second.headers[.contentType] == "text/event-stream; charset=utf-8")
        try await expectOneCharge(5, 2)
    }

    @Test func anotherWorkerKnowsItToo() async throws {
        let first = try await askForADocument()
        let other = try await TestSite(beside: site)
        let browser = other.browser()
        let second = try await browser.send(
            .post, "/v1/chat/completions",
            [
                .origin: "", .contentType: "application/json", .authorization: "Bearer \(program.secret)",
                .idempotencyKey: "k-1",
            ], body: Self.question + "}")
        #expect(first.text == second.text)
        try await expectOneCharge(5, 2)
    }

    @Test func aShortReplyOfTheSmallChatIsGivenAgain() async throws {
        async let first = askShortly()
        let scripted = await site.upstream.next()
        scripted.send(.text("Hi"))
        scripted.finish()
        #expect(try await first.json["reply"] as? String == "Hi")
        #expect(try await askShortly().json["reply"] as? String == "Hi")
        try await expectOneCharge(5, 2)
    }

    @Test func anAnswerThatIsNotKeptIsSaidToBeSettled() async throws {
        async let first = post()
        let scripted = await site.upstream.next()
        scripted.send(.text("abc"))
        scripted.fail(.cut)
        #expect(try await first.status == .badGateway)
        let second = try await post()
        #expect(second.status == .conflict && second.error["code"] as? String == "idempotency_key_settled")
        #expect(second.details["charged_tokens"] as? Int == 8 && second.headers[.xShouldRetry] == "false")
        try await expectOneCharge(5, 3)
    }

    @Test func anAnswerThatIsTooLongIsNotKept() async throws {
        async let first = post()
        let scripted = await site.upstream.next()
        let long = Array(#"{"x":""#.utf8) + [UInt8](repeating: 0x78, count: KeptAnswer.longest) + Array("\"}".utf8)
        scripted.send(.text("Hi"), .document(long))
        scripted.finish()
        #expect(try await first.status == .ok)
        #expect(try await post().status == .conflict)
        try await expectOneCharge(5, 2)
    }

    @Test func whatWasNeverAcceptedIsTriedAgain() async throws {
        site.upstream.answer = .fail(.timedOut)
        #expect(try await post().status == .gatewayTimeout)
        _ = await site.upstream.next()
        site.upstream.answer = .accept
        _ = try await askForADocument()
        try await expectOneCharge(5, 2)
    }

    @Test func afterADayTheKeyIsFree() async throws {
        _ = try await askForADocument()
        site.clock.advance(seconds: IdempotencyKey.rememberedSeconds)
        _ = try await askForADocument()
        #expect(try await site.charges(of: program.person).count == 2)
    }

    @Test func upkeepForgetsIt() async throws {
        _ = try await askForADocument()
        let rows = { try await site.store.database.read { try $0.rows("SELECT 1 FROM idempotency_key").count } }
        try await site.store.repeatedRequests.cleanUp(at: site.clock.now())
        #expect(try await rows() == 1)
        site.clock.advance(seconds: IdempotencyKey.rememberedSeconds)
        try await site.store.repeatedRequests.cleanUp(at: site.clock.now())
        #expect(try await rows() == 0)
    }

    // MARK: While it runs

    @Test func whileItRunsItIsAConflict() async throws {
        async let first = post()
        let scripted = await site.upstream.next()
        let second = try await post()
        #expect(second.status == .conflict && second.error["code"] as? String == "idempotency_key_in_use")
        #expect(second.headers[.retryAfter] == "2" && second.headers[.xShouldRetry] == nil)
        answer(scripted)
        #expect(try await first.text == Self.document)
        #expect(try await post().text == Self.document)
        try await expectOneCharge(5, 2)
    }

    @Test func ofManyAtOnceOneIsAsked() async throws {
        site.upstream.answer = .play { scripted in
            scripted.send(.text("Hi"), .usage(Usage(promptTokens: 5, completionTokens: 2, source: .reported)))
            scripted.send(.document(Array(Self.document.utf8)))
            scripted.finish()
        }
        let statuses = try await withThrowingTaskGroup { group in
            for _ in 1...20 { group.addTask { [self] in try await post().status.code } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(statuses.contains(200) && statuses.isSubset(of: [200, 409]))
        #expect(site.upstream.calls.count == 1)
        try await expectOneCharge(5, 2)
    }

    /// It left, the tier reads replies to their end, and so the answer is there when it asks again.
    @Test func aProgramThatCameBackFindsWhatWasReadToItsEnd() async throws {
        try await change { $0.disconnect = .drain }
        let opened = Task {
            try await program.open(
                "/v1/chat/completions", Self.question + #","stream":true}"#, [.idempotencyKey: "k-1"])
        }
        let scripted = await site.upstream.next()
        let answer = try await opened.value
        await answer.leave()
        stream(scripted)
        try await until { try await site.store.ledger.openHolds().isEmpty }
        let again = try await post(#","stream":true}"#)
        #expect(again.text.contains("Hi") && again.text.hasSuffix("data: [DONE]\n\n"))
        try await expectOneCharge(5, 2)
    }

    // MARK: Another request

    @Test func anotherBodyUnderTheSameKeyIsRefused() async throws {
        _ = try await askForADocument()
        let other = try await post(#","temperature":0}"#)
        #expect(other.status == .unprocessableContent && other.error["code"] as? String == "idempotency_key_reused")
        #expect(other.error["param"] as? String == "Idempotency-Key")
        try await expectOneCharge(5, 2)
    }

    @Test func theSameKeyOfAnotherProgramIsAnotherKey() async throws {
        _ = try await askForADocument()
        let other = try await Program(site, as: program.person)
        async let answer = other.post("/v1/chat/completions", Self.question + "}", [.idempotencyKey: "k-1"])
        self.answer(await site.upstream.next())
        #expect(try await answer.text == Self.document)
        #expect(try await site.charges(of: program.person).count == 2)
    }

    @Test(arguments: ["a b", "é", String(repeating: "k", count: 256)])
    func whatIsNoKeyIsRefused(key: String) async throws {
        let answer = try await program.post("/v1/chat/completions", Self.question + "}", [.idempotencyKey: key])
        #expect(answer.status == .badRequest && answer.error["param"] as? String == "Idempotency-Key")
        #expect(site.upstream.calls.isEmpty)
    }

    // MARK: Playing

    private func post(_ rest: String = "}") async throws -> Answer {
        try await program.post("/v1/chat/completions", Self.question + rest, [.idempotencyKey: "k-1"])
    }

    private func askShortly() async throws -> Answer {
        try await program.post("/v1/chat", #"{"prompt":"Hello"}"#, [.idempotencyKey: "k-1"])
    }

    private func askForADocument() async throws -> Answer {
        async let first = post()
        answer(await site.upstream.next())
        return try await first
    }

    private func askForAStream() async throws -> Answer {
        async let first = post(#","stream":true}"#)
        stream(await site.upstream.next())
        return try await first
    }

    private func answer(_ scripted: ScriptedReply) {
        scripted.send(.text("Hi"), .usage(Usage(promptTokens: 5, completionTokens: 2, source: .reported)))
        scripted.send(.document(Array(Self.document.utf8)))
        scripted.finish()
    }

    private func stream(_ scripted: ScriptedReply) {
        scripted.send(.text("Hi"), .passage(Array("data: {\"x\":\"Hi\"}\n\n".utf8)))
        scripted.send(.usage(Usage(promptTokens: 5, completionTokens: 2, source: .reported)))
        scripted.finish()
    }

    private func change(_ change: (inout Tier.Settings) -> Void) async throws {
        let tier = try await site.standard()
        var settings = tier.settings
        change(&settings)
        _ = try await site.store.tiers.change(tier.id, to: settings, by: .program)
    }

    private func expectOneCharge(_ prompt: Int64, _ completion: Int64) async throws {
        let charges = try await site.charges(of: program.person)
        guard charges.count == 1, case .tokens(prompt, completion, _, _, _) = charges[0] else {
            Issue.record("\(charges)")
            return
        }
    }
}
