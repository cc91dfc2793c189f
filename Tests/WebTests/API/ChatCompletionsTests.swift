import Core
import Foundation
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// `POST /v1/chat/completions` over a real gate and store; the upstream is played.
struct ChatCompletionsTests {
    private static let question = #"{"model":"small","messages":[{"role":"user","content":"Hello"}]"#

    @Test func whatTheClientWroteGoesUpstreamAsItCame() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        let body =
            #"{"temperature": 0.30, "model":"small", "x_new":{"deep":[1e2,null]},"max_tokens":7, "messages":[{"role":"user","content":"H\u00e9"}]}"#
        async let answer = program.post("/v1/chat/completions", body)
        let upstream = await site.upstream.next()
        upstream.send(.document(Array("{}".utf8)))
        upstream.finish()
        _ = try await answer
        let request = try #require(upstream.call.body.api)
        #expect(
            String(decoding: request.members, as: UTF8.self)
                == #""temperature": 0.30,"x_new":{"deep":[1e2,null]},"messages":[{"role":"user","content":"H\u00e9"}]"#)
        #expect(upstream.call.model == "demo-small" && upstream.call.maxCompletionTokens == 7)
    }

    @Test(arguments: [
        (#""reasoning_effort":"high""#, true), (#""reasoning_effort":"none""#, false), (#""reasoning":{}"#, true),
        (#""Enable_Thinking":true"#, true), (#""enable_thinking":false"#, false), (#""thinking":null"#, false),
        (#""chat_template_kwargs":{"thinking":true}"#, true), (#""temperature":1"#, false),
    ])
    func whoAsksTheModelToThinkIsKnown(member: String, asksToThink: Bool) async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post("/v1/chat/completions", Self.question + ",\(member)}")
        let upstream = await site.upstream.next()
        #expect(upstream.call.body.api?.asksToThink == asksToThink)
        upstream.send(.document(Array("{}".utf8)))
        upstream.finish()
        _ = try await answer
    }

    @Test func theLargerOfBothCapsIsHeldForEachOfSeveralReplies() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post(
            "/v1/chat/completions", Self.question + #","max_tokens":5,"max_completion_tokens":9,"n":3}"#)
        let upstream = await site.upstream.next()
        let held = try await site.store.ledger.openHolds()[0]
        upstream.send(.document(Array("{}".utf8)))
        upstream.finish()
        _ = try await answer
        #expect(held.replyCap == 27 && held.promptTokens == 5 && upstream.call.maxCompletionTokens == 9)
    }

    @Test func aDocumentComesAsTheUpstreamGaveIt() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post("/v1/chat/completions", Self.question + "}")
        let upstream = await site.upstream.next()
        let document = #"{"id":"c1",  "object":"chat.completion","choices":[],"usage":{"prompt_tokens":5}}"#
        upstream.send(
            .servedModel("demo-small-2"), .text("Hi"), .usage(.reported(5, 2)), .document(Array(document.utf8)))
        upstream.finish()
        let whole = try await answer
        #expect(whole.status == .ok && whole.text == document)
        #expect(whole.headers[.contentType] == "application/json; charset=utf-8")
        #expect(whole.headers[.xSluiceModelServed] == "demo-small-2")
        #expect(try await program.used() == 7)
    }

    @Test func aDocumentWithoutUsageGetsOurs() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post("/v1/chat/completions", Self.question + "}")
        let upstream = await site.upstream.next()
        upstream.send(.text("Hi!"), .document(Array(#"{"choices":[]}"#.utf8)))
        upstream.finish()
        let usage = try await answer.json["usage"] as? [String: Any]
        #expect(usage?["prompt_tokens"] as? Int == 5 && usage?["completion_tokens"] as? Int == 3)
    }

    @Test func aStreamPassesEachChunkWhenItComes() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        let beginning = ContinuousClock.now
        let open = Task { try await program.open("/v1/chat/completions", Self.question + #","stream":true}"#) }
        let upstream = await site.upstream.next()
        let answer = try await open.value
        #expect(answer.status == .ok && answer.headers[.contentType] == "text/event-stream; charset=utf-8")
        #expect(answer.headers[.xAccelBuffering] == "no")
        var pieces = answer.pieces.makeAsyncIterator()
        for piece in ["data: {\"a\":1}\n\n", "data: {\"b\": 2}\n\n"] {
            upstream.send(.text("x"), .passage(Array(piece.utf8)))
            var came = try await pieces.next()
            // Only on a machine that is very busy there is time for a word that nothing has come.
            while came == ": still here\n\n", beginning.duration(to: .now) >= .seconds(15) {
                came = try await pieces.next()
            }
            #expect(came == piece)
        }
        upstream.send(.usage(.reported(5, 2)))
        upstream.finish()
        #expect(try await pieces.next() == "data: [DONE]\n\n")
        #expect(try await pieces.next() == nil)
    }

    @Test func aStreamWhoseUpstreamCountedNothingEndsWithOurUsageForWhoAsked() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post(
            "/v1/chat/completions", Self.question + #","stream":true,"stream_options":{"include_usage":true,"x":1}}"#)
        let upstream = await site.upstream.next()
        upstream.send(.text("Hello you"))
        upstream.finish()
        let text = try await answer.text
        #expect(text.contains(#""choices":[],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14"#))
        #expect(text.hasSuffix("data: [DONE]\n\n"))
        #expect(upstream.call.body.api.map { String(decoding: $0.streamOptions, as: UTF8.self) } == #""x":1"#)
    }

    @Test func aStreamThatBreaksOffEndsWithAnErrorAndWhatCameIsCharged() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post("/v1/chat/completions", Self.question + #","stream":true}"#)
        let upstream = await site.upstream.next()
        upstream.send(.text("abc"), .passage(Array("data: {}\n\n".utf8)))
        upstream.fail(.cut)
        let text = try await answer.text
        #expect(text.hasPrefix("data: {}\n\ndata: {\"error\":") && !text.contains("[DONE]"))
        #expect(text.contains(#""charged_tokens":8"#))
        #expect(try await program.used() == 8)
    }

    @Test func aDocumentThatBreaksOffIsAnErrorThatTheLibraryDoesNotRepeat() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post("/v1/chat/completions", Self.question + "}")
        let upstream = await site.upstream.next()
        upstream.send(.text("abc"))
        upstream.fail(.cut)
        let whole = try await answer
        #expect(whole.status == .badGateway && whole.headers[.xShouldRetry] == "false")
        #expect(whole.details["charged_tokens"] as? Int == 8)
    }

    @Test func aDocumentThatTheGateCutIsAnErrorThatTheLibraryDoesNotRepeat() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post("/v1/chat/completions", Self.question + #","max_tokens":20}"#)
        let upstream = await site.upstream.next()
        upstream.send(.text(String(repeating: "a", count: 30)))
        let whole = try await answer
        #expect(whole.status == .badGateway && whole.headers[.xShouldRetry] == "false")
        #expect(whole.details["charged_tokens"] as? Int64 == (try await program.used()))
    }

    @Test func aResponseThatTheGateCutEndsWithAnError() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post(
            "/v1/responses", #"{"model":"small","input":"Hello","stream":true,"max_output_tokens":20}"#)
        let upstream = await site.upstream.next()
        upstream.send(.text(String(repeating: "a", count: 30)))
        #expect(try await answer.text.hasPrefix("event: error\ndata: {\"error\":"))
    }

    @Test func anUpstreamsComplaintAboutTheRequestIsHandedOn() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        site.upstream.answer = .fail(.refused(status: 400, message: "no such format", retryAfterSeconds: nil))
        let answer = try await program.post("/v1/chat/completions", Self.question + "}")
        #expect(answer.status == .badRequest && answer.error["message"] as? String == "no such format")
        #expect(try await program.used() == 0)
    }

    @Test func everyAnswerTellsWhatIsLeftNetOfWhatIsHeld() async throws {
        let site = try await TestSite()
        let program = try await Program(site, allowance: Tier.Allowance(tokensPerDay: 1000))
        let open = Task {
            try await program.open("/v1/chat/completions", Self.question + #","max_tokens":95,"stream":true}"#)
        }
        let upstream = await site.upstream.next()
        let stream = try await open.value
        #expect(stream.headers[HTTPField.Name("x-ratelimit-remaining-tokens")!] == "900")
        let models = try await program.get("/v1/models")
        #expect(models.headers[HTTPField.Name("x-ratelimit-remaining-tokens")!] == "900")
        #expect(models.headers[.rateLimit]?.contains(#""key-day-tokens";r=900;t="#) == true)
        #expect(models.headers[.rateLimitPolicy]?.contains(#""key-day-tokens";q=1000;w=86400"#) == true)
        upstream.send(.usage(.reported(5, 1)))
        upstream.finish()
        _ = try await stream.whole()
        let balance = try await program.get("/v1/balance")
        #expect(balance.headers[HTTPField.Name("x-ratelimit-remaining-tokens")!] == "994")
        #expect(balance.text.contains(#""available":994"#))
    }

    @Test func aRefusalSaysWhichLimitAndWhetherToTryAgain() async throws {
        let site = try await TestSite()
        let program = try await Program(site, allowance: Tier.Allowance(tokensPerDay: 50))
        async let first = program.post("/v1/chat/completions", Self.question + #","max_tokens":45}"#)
        let upstream = await site.upstream.next()
        let refused = try await program.post("/v1/chat/completions", Self.question + "}")
        upstream.send(.document(Array("{}".utf8)))
        upstream.finish()
        _ = try await first
        #expect(refused.status == .tooManyRequests && refused.error["type"] as? String == "insufficient_quota")
        #expect(refused.error["code"] as? String == "key_token_limit_exceeded")
        #expect(refused.headers[.xShouldRetry] == "false" && refused.headers[.retryAfter] == "43200")
        #expect(refused.headers[.retryAfterMilliseconds] == "43200000")
        let message = try #require(refused.error["message"] as? String)
        #expect(message.contains("returns at") && !message.contains("draft"))
        #expect(refused.details["held"] as? Int == 50 && refused.details["available"] as? Int == 0)
        #expect(refused.details["scope"] as? String == "key" && refused.details["request_id"] is String)
    }

    @Test func whatIsUsedIsFiledUnderKeyAndFeature() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        async let answer = program.post(
            "/v1/chat/completions", Self.question + #","user":"somebody else"}"#, [.xSluiceFeature: "summaries"])
        let upstream = await site.upstream.next()
        let origin = try await site.store.ledger.openHolds()[0].origin
        upstream.send(.document(Array("{}".utf8)))
        upstream.finish()
        _ = try await answer
        #expect(origin.feature == "summaries" && origin.path.key == program.key.id)
        #expect(origin.path.person == program.person.id)
    }

    @Test func withoutAStreamSlotNothingIsHeld() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        site.slots.isFree = false
        let answer = try await program.post("/v1/chat/completions", Self.question + "}")
        #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "5")
        #expect(site.upstream.calls.isEmpty)
    }
}

extension Usage {
    static func reported(_ prompt: Int64, _ completion: Int64) -> Usage {
        Usage(promptTokens: prompt, completionTokens: completion, source: .reported)
    }
}
