import Core
import GateTestSupport
import Testing

@testable import Store

/// What is given where a limit leaves no room. Each prompt has ten tokens, each byte of a reply is one.
@Suite(.timeLimit(.minutes(5)))
struct GateSubstituteTests {
    // MARK: Another model

    @Test func theSmallerModelAnswersWhereTheAskedOneIsUsedUp() async throws {
        let world = try await Self.world(.init(downgrades: true), chain: ["small", "tiny"])
        try await world.useUp("small")
        let quote = try await world.gate.quote(GateFixture.prompt())
        #expect(quote.substitute?.kind == .model("tiny"))

        let (reply, upstream) = try await world.running()
        #expect(upstream.call.model == "demo-tiny")
        #expect(reply.substitute?.kind == .model("tiny"))
        #expect(reply.refusal?.window == .day)
        upstream.send(.text("abc"))
        upstream.finish()
        let ending = try await reply.whole().ending
        #expect(ending.substitute == reply.substitute)
        #expect(try await world.filed(reply.requestID) == ["tiny", "small"])
    }

    @Test func theChainIsFollowedToTheFirstThatHasRoom() async throws {
        let world = try await Self.world(.init(downgrades: true), chain: ["small", "tiny", "least"])
        try await world.useUp("small")
        try await world.useUp("tiny")
        let (reply, _) = try await world.running()
        #expect(reply.substitute?.kind == .model("least"))
    }

    @Test func whereNoneHasRoomTheAskedModelsRefusalIsTold() async throws {
        let world = try await Self.world(.init(downgrades: true), chain: ["small", "tiny", "small"])
        try await world.useUp("small")
        try await world.useUp("tiny", of: 800)
        #expect(try await world.refusal()?.ceiling == 500)
        #expect(world.upstream.calls == [])
        #expect(try await world.gate.quote(GateFixture.prompt()).substitute == nil)
    }

    @Test func atMostFiveOthersAreTried() async throws {
        let chain = ["small", "a", "b", "c", "d", "e", "f"]
        let world = try await Self.world(.init(downgrades: true), chain: chain)
        for model in chain.dropLast() { try await world.useUp(model) }
        #expect(try await world.refusal() != nil)
    }

    @Test func aTierThatDoesNotDowngradeRefuses() async throws {
        let world = try await Self.world(.init(), chain: ["small", "tiny"])
        try await world.useUp("small")
        #expect(try await world.refusal() != nil)
    }

    @Test func aModelOutsideTheTierAnswersNobody() async throws {
        let world = try await Self.world(.init(downgrades: true), chain: ["small", "tiny"], allowed: ["small"])
        try await world.useUp("small")
        #expect(try await world.refusal() != nil)
    }

    // MARK: An earlier answer

    @Test func theSameQuestionIsAnsweredAgainWhereNothingIsLeft() async throws {
        let world = try await Self.world(.init(cacheSeconds: 3600), chain: ["small"])
        try await world.answer("forty-two")
        try await world.useUp("small")
        let before = try await world.balance()
        let calls = world.upstream.calls.count
        #expect(try await world.gate.quote(GateFixture.prompt()).substitute?.kind == .earlierAnswer(.start))

        let reply = try await world.gate.submit(GateFixture.prompt())
        let (text, ending) = try await reply.whole()
        #expect(text == "forty-two")
        #expect(ending.substitute?.kind == .earlierAnswer(.start))
        #expect(ending.usage.totalTokens == 0 && ending.cost == 0)
        #expect(try await world.balance() == before)
        #expect(world.upstream.calls.count == calls)
        #expect(world.transcript.ended.last?.text == "forty-two")
    }

    @Test func whileThereIsRoomItIsAskedAnew() async throws {
        let world = try await Self.world(.init(cacheSeconds: 3600), chain: ["small"])
        try await world.answer("forty-two")
        let (reply, _) = try await world.running()
        #expect(reply.substitute == nil)
    }

    @Test func anAnswerExpires() async throws {
        let world = try await Self.world(.init(cacheSeconds: 3600), chain: ["small"])
        try await world.answer("forty-two")
        try await world.useUp("small")
        world.clock.advance(bySeconds: 3600)
        #expect(try await world.refusal() != nil)
    }

    @Test func nobodyIsGivenWhatAnotherWasAnswered() async throws {
        let world = try await Self.world(.init(cacheSeconds: 3600), chain: ["small"])
        try await world.answer("forty-two")
        try await world.useUp("small", by: "eve")
        #expect(try await world.refusal(by: "eve") != nil)
    }

    @Test func unlessTheOrganizationShares() async throws {
        let world = try await Self.world(.init(cacheSeconds: 3600), chain: ["small"], shares: true)
        try await world.answer("forty-two")
        try await world.useUp("small", by: "eve")
        var prompt = GateFixture.prompt()
        prompt.person = PersonID(rawValue: "eve")
        #expect(try await world.gate.submit(prompt).whole().text == "forty-two")
    }

    @Test func anotherQuestionModelOrLengthIsAnotherQuestion() async throws {
        let world = try await Self.world(.init(cacheSeconds: 3600), chain: ["small"])
        try await world.answer("forty-two")
        try await world.useUp("small")
        #expect(try await world.refusal(GateFixture.prompt(maxReplyTokens: 99)) != nil)
        var prompt = GateFixture.prompt()
        prompt.body = .messages([ChatMessage(role: .user, content: "Ten tokens")])
        #expect(try await world.refusal(prompt) != nil)
    }

    @Test(arguments: [FinishReason.length, .contentFilter])
    func onlyAWholeAnswerIsKept(reason: FinishReason) async throws {
        let world = try await Self.world(.init(cacheSeconds: 3600), chain: ["small"])
        try await world.answer("forty", reason)
        try await world.useUp("small")
        #expect(try await world.refusal() != nil)
    }

    @Test func aTierThatDoesNotAskForItKeepsNothing() async throws {
        let world = try await Self.world(.init(), chain: ["small"])
        try await world.answer("forty-two")
        #expect(try await world.kept() == 0)
    }

    @Test func whatHasExpiredOrIsTooMuchIsForgotten() async throws {
        let world = try await Self.world(.init(cacheSeconds: 3600), chain: ["small"])
        try await world.answer("forty-two")
        try await world.book.database.write { session in
            try session.execute(
                """
                INSERT INTO cached_reply (question, text, answered_at, expires_at)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10005)
                SELECT 'q' || i, 'x', $1 + i, $1 + 9000000 FROM n
                """, Timestamp.start)
        }
        try await world.cache.cleanUp(at: world.clock.now())
        #expect(try await world.kept() == 10_000)
        world.clock.advance(bySeconds: 9001)
        try await world.cache.cleanUp(at: world.clock.now())
        #expect(try await world.kept() == 0)
    }

    private static func world(
        _ atLimit: Tier.AtLimit, chain: [String], allowed: [String]? = nil, shares: Bool = false
    ) async throws -> GateFixture {
        var policy = SettablePolicy(atLimit: atLimit, sharesCache: shares)
        let fallbacks = chain.dropFirst().map(Optional.some) + [nil]
        for (model, fallback) in zip(chain, fallbacks) where policy.models[model]?.fallback == nil {
            policy.models[model] = .init(fallback: fallback, isAllowed: allowed?.contains(model) ?? true)
        }
        return try await GateFixture(limit: 1_000_000, policy: policy)
    }
}

extension GateFixture {
    /// Leaves nothing of the day for this model.
    fileprivate func useUp(_ model: String, of amount: Int64 = 500, by person: String = "ada") async throws {
        let scope = ModelID(rawValue: model)
        try await book.limit(amount, model: scope)
        let request = LedgerFixture.request(
            prompt: amount, reply: 0, path: LedgerFixture.path(person, model: model), at: clock.now())
        let (used, _) = try await book.held(request, at: clock.now())
        _ = try await ledger.settle(used, as: .finished(prompt: amount, completion: 0), at: clock.now())
    }

    fileprivate func answer(_ text: String, _ reason: FinishReason = .stop) async throws {
        let (reply, upstream) = try await running()
        upstream.send(.text(text))
        upstream.finish(reason)
        _ = try await reply.whole()
    }

    fileprivate func refusal(_ prompt: Prompt = prompt(), by person: String = "ada") async throws -> Refusal? {
        var prompt = prompt
        prompt.person = PersonID(rawValue: person)
        do {
            _ = try await gate.submit(prompt)
            return nil
        } catch GateError.refused(let refusal) {
            return refusal
        }
    }

    /// The model that a request is filed under, and the one that was asked.
    fileprivate func filed(_ request: RequestID) async throws -> [String] {
        try await book.database.read { session in
            let row = try session.onlyRow("SELECT model, model_asked FROM usage WHERE request_id = $1", request)
            return [try row["model"], try row["model_asked"]]
        }
    }

    fileprivate func kept() async throws -> Int64 {
        try await book.database.read { session in
            try session.onlyRow("SELECT COUNT(*) AS count FROM cached_reply")["count"]
        }
    }
}
