import Core
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// Who may ask below `/v1`.
struct APIAccessTests {
    @Test func bothHeadersCarryAKey() async throws {
        let program = try await Program(TestSite())
        let headers: [HTTPFields] = [
            [.authorization: "Bearer \(program.secret)"], [.authorization: "bearer  \(program.secret)"],
            [.xAPIKey: program.secret], [.authorization: "Bearer \(program.secret)", .xAPIKey: program.secret],
        ]
        for headers in headers { #expect(try await program.get("/v1/models", headers).status == .ok) }
    }

    @Test func whatIsNoValidKeyIsRefusedAlike() async throws {
        let program = try await Program(TestSite())
        let other = APIKey.Secret.random().rawValue
        let headers: [HTTPFields] = [
            [.authorization: "Bearer \(other)"], [.authorization: "Bearer "],
            [.authorization: "Basic \(program.secret)"],
            [.authorization: program.secret], [.authorization: "Bearer \(program.secret)x"],
            [.authorization: "Bearer \(program.secret.dropLast())"], [.xAPIKey: "' OR 1=1 --"],
            [.authorization: "Bearer \(program.secret)", .xAPIKey: other],
        ]
        for headers in headers {
            let answer = try await program.get("/v1/models", headers)
            #expect(answer.status == .unauthorized && answer.error["code"] as? String == "invalid_api_key")
            #expect(Set(answer.error.keys) == ["message", "type", "param", "code", "details"])
        }
    }

    @Test func aSessionOfABrowserCountsNothing() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.admin())
        #expect(try await browser.get("/v1/models").status == .unauthorized)
    }

    @Test func aRevokedKeyIsRefusedByTheNextRequestOfEveryWorker() async throws {
        let site = try await TestSite()
        let neighbour = try await TestSite(beside: site)
        let program = try await Program(site)
        let headers: HTTPFields = [.authorization: "Bearer \(program.secret)"]
        #expect(try await neighbour.browser().get("/v1/models", headers).status == .ok)
        try await site.store.keys.revoke(program.key.id, of: program.person.id, by: .program)
        #expect(try await neighbour.browser().get("/v1/models", headers).status == .unauthorized)
    }

    @Test func anExpiredKeyIsRefused() async throws {
        let site = try await TestSite()
        let program = try await Program(site, expiresAt: site.clock.now().advanced(bySeconds: 60))
        #expect(try await program.get("/v1/balance").status == .ok)
        site.clock.advance(seconds: 60)
        #expect(try await program.get("/v1/balance").status == .unauthorized)
    }

    @Test func aDisabledPersonsKeyIsRefusedUntilTheyAreEnabledAgain() async throws {
        let program = try await Program(TestSite())
        try await program.site.store.people.setDisabled(true, program.person.id, by: .program)
        #expect(try await program.get("/v1/balance").status == .unauthorized)
        try await program.site.store.people.setDisabled(false, program.person.id, by: .program)
        #expect(try await program.get("/v1/balance").status == .ok)
    }

    @Test func everyOtherAddressIsDenied() async throws {
        let program = try await Program(TestSite())
        for path in ["/v1/files", "/v1/images/generations", "/v1/responses/abc", "/v1", "/v1/"] {
            let answer = try await program.post(path, "{}")
            #expect(answer.status == .notFound, "\(path)")
            #expect(answer.error["message"] is String, "\(path)")
        }
        let wrongMethod = try await program.get("/v1/chat/completions")
        #expect(wrongMethod.status == .methodNotAllowed && wrongMethod.headers[.allow] == "POST")
    }

    @Test func modelsAreThoseOfTheTier() async throws {
        let site = try await TestSite()
        let program = try await Program(site)
        let hidden = try await site.model().settings
        _ = try await site.store.models.create(
            Model.Settings(
                name: "vendor/hidden", upstream: hidden.upstream, upstreamModel: "x", contextWindow: 10,
                maxReplyTokens: 5), by: .program)
        let list = try await program.get("/v1/models")
        #expect(list.text.contains(#""id":"small""#) && !list.text.contains("hidden"))
        #expect(try await program.get("/v1/models/small").status == .ok)
        let unknown = try await program.get("/v1/models/vendor/hidden")
        #expect(unknown.status == .notFound && unknown.error["code"] as? String == "model_not_found")
    }

    @Test func theSmallChatAnswersWithUsageAndBalance() async throws {
        let site = try await TestSite()
        let program = try await Program(site, allowance: Tier.Allowance(tokensPerDay: 1000))
        async let answer = program.post("/v1/chat", #"{"prompt":"Hello"}"#)
        let upstream = await site.upstream.next()
        upstream.send(.text("Hi"))
        upstream.finish()
        let whole = try await answer
        #expect(whole.json["reply"] as? String == "Hi" && whole.json["model"] as? String == "small")
        #expect((whole.json["usage"] as? [String: Int]) == ["prompt": 5, "completion": 2, "total": 7])
        #expect(whole.text.contains(#""available":993"#))
    }
}
