import Core
import Foundation
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// Waiting for a turn, another model, an earlier answer: what a program is told of it. A token is a byte.
@Suite(.timeLimit(.minutes(2)))
struct LadderTests {
    private static let question = #"{"model":"small","messages":[{"role":"user","content":"Hello"}]"#
    private static let path = "/v1/chat/completions"

    private func site(_ change: (inout Tier.Settings) -> Void) async throws -> (TestSite, Program) {
        let site = try await TestSite()
        let standard = try await site.standard()
        var settings = standard.settings
        change(&settings)
        _ = try await site.store.tiers.change(standard.id, to: settings, by: .program)
        return (site, try await Program(site))
    }

    @Test func aProgramWaitsSilentlyForItsTurn() async throws {
        let (site, program) = try await site { settings in
            settings.allowance = Tier.Allowance(tokensPerDay: 300)
            settings.maxReplyTokens = 290
        }
        try await site.waitForHolds()
        async let first = program.post(Self.path, Self.question + "}")
        let running = await site.upstream.next()
        async let second = program.post(Self.path, Self.question + "}")
        let beside = await site.upstream.next()
        async let third = program.post(Self.path, Self.question + "}")
        try await until { try await site.store.ledger.queueDepth(at: site.clock.now()) != 0 }
        for reply in [running, beside] { answer(reply) }
        _ = try await (first, second)
        answer(await site.upstream.next())
        #expect(try await third.status == .ok)
    }

    @Test func aProgramThatFindsNoTurnMayComeAgain() async throws {
        let (site, program) = try await site { $0.allowance = Tier.Allowance(tokensPerDay: 1000) }
        var organization = try await site.store.organizations.current()
        organization.queue.seconds = 1
        try await site.store.organizations.change(to: organization, by: .program)
        try await site.use(promptTokens: 900, reply: String(repeating: "x", count: 50), by: program.person)
        async let first = program.post(Self.path, Self.question + #","max_tokens":20}"#)
        let running = await site.upstream.next()
        try await site.holdBackPace()
        async let second = program.post(Self.path, Self.question + #","max_tokens":20}"#)
        try await until { try await site.store.ledger.queueDepth(at: site.clock.now()) != 0 }
        site.clock.advance(seconds: 2)
        let refused = try await second
        #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] == "10")
        #expect(refused.error["code"] as? String == "rate_limit_exceeded")
        #expect(refused.details["cause"] as? String == "throttled")
        #expect(refused.headers[.xSluiceLimitWarning]?.hasPrefix("\"user-day-tokens\";used=0.9") == true)
        #expect(refused.headers[.xSluiceLimitWarning]?.hasSuffix(";threshold=0.95") == true)
        answer(running)
        _ = try await first
    }

    // MARK: Another model

    @Test(arguments: [false, true])
    func thatAnotherModelAnswersStandsInTheHeaders(streams: Bool) async throws {
        let (site, program) = try await site { $0.atLimit.downgrades = true }
        try await site.addFallback()
        try await site.limitSmall(to: 10)
        async let answer = program.post(Self.path, Self.question + (streams ? #","stream":true}"# : "}"))
        let upstream = await site.upstream.next()
        #expect(upstream.call.model == "demo-tiny")
        self.answer(upstream)
        let headers = try await answer.headers
        #expect(headers[.xSluiceDowngradedFrom] == "small" && headers[.xSluiceModelServed] == "tiny")
    }

    // MARK: An earlier answer

    @Test func anEarlierAnswerIsGivenAgainInEveryShape() async throws {
        let (site, program) = try await site { settings in
            settings.atLimit.cacheSeconds = 3600
            settings.allowance = Tier.Allowance(tokensPerDay: 60)
        }
        async let whole = program.post(Self.path, Self.question + "}")
        answer(await site.upstream.next(), with: String(repeating: "So. ", count: 11))
        _ = try await whole
        let used = try await program.used()

        let document = try await program.post(Self.path, Self.question + "}")
        #expect(document.status == .ok && document.headers[.xSluiceCache] == "hit")
        let choice = (document.json["choices"] as? [[String: Any]])?.first
        #expect((choice?["message"] as? [String: Any])?["content"] as? String == String(repeating: "So. ", count: 11))
        #expect(choice?["finish_reason"] as? String == "stop")
        #expect((document.json["usage"] as? [String: Any])?["total_tokens"] as? Int == 0)

        let stream = try await program.post(
            Self.path, Self.question + #","stream":true,"stream_options":{"include_usage":true}}"#)
        #expect(stream.headers[.xSluiceCache] == "hit" && stream.headers[.rateLimit] != nil)
        let chunks = stream.text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
        #expect(chunks.count == 4 && chunks.last == "data: [DONE]")
        #expect(chunks[0].contains("So. So.") && chunks[1].contains(#""finish_reason":"stop""#))
        #expect(chunks[2].contains(#""total_tokens":0"#))
        #expect(try await program.used() == used)
        #expect(site.upstream.calls.count == 1)
    }

    @Test(arguments: [#","tools":[{"type":"function","function":{"name":"f"}}]"#, #","logprobs":true"#])
    func whatIsMoreThanATextIsNotGivenAgain(more: String) async throws {
        let (site, program) = try await site { settings in
            settings.atLimit.cacheSeconds = 3600
            settings.allowance = Tier.Allowance(tokensPerDay: 120)
        }
        async let whole = program.post(Self.path, Self.question + more + "}")
        answer(await site.upstream.next(), with: String(repeating: "So. ", count: 25))
        _ = try await whole
        #expect(try await program.post(Self.path, Self.question + more + "}").status == .tooManyRequests)
    }

    // MARK: Cut at a limit

    @Test(arguments: ["", #","stream":true"#])
    func aReplyThatEndsAtALimitSaysSo(stream: String) async throws {
        let (site, program) = try await site { $0.allowance = Tier.Allowance(tokensPerDay: 600) }
        async let answer = program.post(Self.path, Self.question + stream + "}")
        let upstream = await site.upstream.next()
        async let other = program.post(Self.path, Self.question + "}")
        let beside = await site.upstream.next()
        for _ in 0..<400 { upstream.send(.text("x"), .passage(Array("data: x\n\n".utf8))) }
        let cut = try await answer
        #expect(cut.status == .ok)
        #expect(cut.text.contains(#""finish_reason":"length""#))
        #expect(cut.text.contains(#""sluice":{"limited_by":"user-day-tokens","resets_at":"2026-01-08T00:00:00Z"}"#))
        if stream.isEmpty {
            #expect((cut.json["usage"] as? [String: Any])?["completion_tokens"] as? Int == 334)
            #expect(cut.headers[.xSluiceShortenedBy] == "user-day-tokens")
        } else {
            #expect(cut.text.hasSuffix("data: [DONE]\n\n"))
        }
        self.answer(beside)
        _ = try await other
    }

    @Test func aResponseThatEndsAtALimitIsIncomplete() async throws {
        let (site, program) = try await site { $0.allowance = Tier.Allowance(tokensPerDay: 600) }
        async let answer = program.post("/v1/responses", #"{"model":"small","input":"Hello"}"#)
        let upstream = await site.upstream.next()
        async let other = program.post(Self.path, Self.question + "}")
        let beside = await site.upstream.next()
        for _ in 0..<400 { upstream.send(.text("x")) }
        let cut = try await answer
        #expect(cut.json["status"] as? String == "incomplete")
        #expect((cut.json["incomplete_details"] as? [String: Any])?["reason"] as? String == "max_output_tokens")
        self.answer(beside)
        _ = try await other
    }

    private func answer(_ upstream: ScriptedReply, with text: String = "Hi") {
        upstream.send(.text(text), .document(Array("{}".utf8)))
        upstream.finish()
    }
}
