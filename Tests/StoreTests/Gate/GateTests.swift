import Core
import GateTestSupport
import Testing

@testable import Store

/// What passes the gate, and what is charged for it. Each prompt has ten tokens, each byte of a reply is one.
@Suite(.timeLimit(.minutes(5)))
struct GateTests {
    @Test func aReplyIsReadToItsEndAndCharged() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        #expect(try await world.balance() == [0, 110, 9890])
        #expect(upstream.call.maxCompletionTokens == 100)
        #expect(upstream.call.model == "demo-small")

        upstream.send(.servedModel("demo-small-2"), .text("Hello, "), .text("world"), .usage(reported(12, 3)))
        upstream.finish()
        let (text, ending) = try await reply.whole()
        #expect(text == "Hello, world")
        #expect(ending.outcome == .finished)
        #expect(ending.finishReason == .stop)
        #expect(ending.usage == reported(12, 3))
        #expect(ending.modelServed == "demo-small-2")
        #expect(try await world.balance() == [15, 0, 9985])
        #expect(world.transcript.ended.map(\.text) == ["Hello, world"])
    }

    // MARK: Before the upstream

    @Test func whatDoesNotFitNeverReachesTheUpstream() async throws {
        let world = try await GateFixture(limit: 20)
        let error = await #expect(throws: GateError.self) { try await world.gate.submit(GateFixture.prompt()) }
        guard case .refused(let refusal) = error else {
            Issue.record("not refused but \(String(describing: error))")
            return
        }
        #expect(refusal.needed == 26)
        #expect(refusal.available == 20)
        #expect(world.upstream.calls == [])
    }

    @Test func aNearlyEmptyBalanceGivesAShorterReply() async throws {
        let world = try await GateFixture(limit: 60)
        let (reply, upstream) = try await world.running()
        #expect(reply.replyCap == 50)
        #expect(reply.shortenedBy != nil)
        #expect(upstream.call.maxCompletionTokens == 50)
    }

    @Test func aPromptThatIsTooLongIsToldTheLongest() async throws {
        let world = try await GateFixture()
        var prompt = GateFixture.prompt()
        prompt.body = .messages([ChatMessage(role: .user, content: String(repeating: "x", count: 1001))])
        let count = TokenCount(tokens: 1001, isExact: true)
        await #expect(throws: GateError.promptTooLong(count, maximum: 1000)) { try await world.gate.submit(prompt) }
        #expect(try await world.gate.quote(prompt).isTooLong)
    }

    @Test(arguments: [0, -1, Int64.min])
    func aReplyOfLessThanOneTokenIsInvalid(tokens: Int64) async throws {
        let world = try await GateFixture()
        await #expect(throws: GateError.invalidReplyLength) {
            try await world.gate.submit(GateFixture.prompt(maxReplyTokens: tokens))
        }
    }

    @Test func anEnormousReplyIsCutToWhatTierAndContextAllow() async throws {
        let world = try await GateFixture()
        let (_, upstream) = try await world.running(GateFixture.prompt(maxReplyTokens: .max))
        #expect(upstream.call.maxCompletionTokens == 4000)
    }

    @Test func theQuoteSaysWhatWouldHappen() async throws {
        let world = try await GateFixture(limit: 60)
        let quote = try await world.gate.quote(GateFixture.prompt())
        #expect(quote.promptTokens.tokens == 10)
        #expect(quote.accounts.map(\.available) == [60])
        guard case .granted(let allowance) = quote.admission else {
            Issue.record("refused")
            return
        }
        let (reply, _) = try await world.running()
        #expect(reply.replyCap == allowance.replyCap)
    }

    @Test func aRequestIsTakenOnce() async throws {
        let world = try await GateFixture()
        let prompt = GateFixture.prompt()
        let (reply, upstream) = try await world.running(prompt)
        await #expect(throws: GateError.duplicateRequest) { try await world.gate.submit(prompt) }
        upstream.finish()
        _ = try await reply.whole()
        await #expect(throws: GateError.duplicateRequest) { try await world.gate.submit(prompt) }
        #expect(world.upstream.calls.count == 1)
    }

    @Test func whatTheUpstreamRefusesCostsNothing() async throws {
        let world = try await GateFixture()
        let failure = UpstreamFailure.refused(status: 429, message: "slow down", retryAfterSeconds: 3)
        world.upstream.answer = .fail(failure)
        await #expect(throws: GateError.upstream(failure)) { try await world.gate.submit(GateFixture.prompt()) }
        #expect(try await world.balance() == [0, 0, 10_000])
    }

    /// The upstream has read it by then, and charges for that.
    @Test func aProgramThatLeavesBeforeTheUpstreamAnswersPaysForThePrompt() async throws {
        let world = try await GateFixture()
        world.upstream.answer = .hang
        let reader = Task { try await world.gate.submit(GateAPITests.prompt()) }
        _ = await world.upstream.next()
        reader.cancel()
        await #expect(throws: GateError.stopped) { try await reader.value }
        #expect(world.upstream.cancelledOpenings == 1)
        #expect(try await world.balance() == [10, 0, 9990])
        #expect(world.transcript.ended.map(\.ending.outcome) == [.abandoned])
    }

    @Test func aProgramThatLeavesBeforeThePromptIsSentPaysNothing() async throws {
        let world = try await GateFixture()
        world.upstream.answer = .connect
        let reader = Task { try await world.gate.submit(GateAPITests.prompt()) }
        _ = await world.upstream.next()
        reader.cancel()
        await #expect(throws: GateError.stopped) { try await reader.value }
        #expect(try await world.balance() == [0, 0, 10_000])
    }

    /// Somebody may come back to it within the tier's grace.
    @Test(arguments: [true, false])
    func aPageThatIsLeftBeforeTheUpstreamAnswersHasItsGrace(isSent: Bool) async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 5))
        world.upstream.answer = isSent ? .hang : .connect
        let reader = Task { try await world.gate.submit(GateFixture.prompt()) }
        _ = await world.upstream.next()
        reader.cancel()
        await world.gate.tick()
        world.clock.advance(bySeconds: 4)
        await world.gate.tick()
        #expect(try await world.balance() == [0, 110, 9890])
        world.clock.advance(bySeconds: 1)
        await world.gate.tick()
        await #expect(throws: GateError.stopped) { try await reader.value }
        #expect(try await world.balance() == (isSent ? [10, 0, 9990] : [0, 0, 10_000]))
    }

    @Test(arguments: [DisconnectPolicy.cancel(graceSeconds: 5), .drain])
    func aPageThatIsReloadedBeforeTheUpstreamAnswersFindsItsReply(policy: DisconnectPolicy) async throws {
        let world = try await GateFixture(disconnect: policy)
        world.upstream.answer = .hang
        let prompt = GateFixture.prompt()
        let reader = Task { try await world.gate.submit(prompt) }
        let upstream = await world.upstream.next()
        reader.cancel()
        await world.gate.tick()
        world.clock.advance(bySeconds: 4)
        await world.gate.tick()
        upstream.accept()
        _ = try await reader.value
        let reply = try #require(await world.gate.reply(to: prompt.requestID, of: prompt.person))
        upstream.send(.text("abc"))
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
        #expect(try await world.balance() == [13, 0, 9987])
    }

    @Test func aPageThatIsLeftAtOnceIsAnsweredAllTheSame() async throws {
        let world = try await GateFixture()
        let reader = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await world.gate.submit(GateFixture.prompt())
        }
        let upstream = await world.upstream.next()
        upstream.finish()
        #expect(try await reader.value.whole().ending.outcome == .finished)
    }

    // MARK: What is charged

    @Test func withoutReportedUsageOurCountIsCharged() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.reasoning("hm"), .text("twelve bytes"))
        upstream.finish()
        let usage = try await reply.whole().ending.usage
        #expect(usage == Usage(promptTokens: 10, completionTokens: 14, reasoningTokens: 2, source: .counted))
        #expect(try await world.balance() == [24, 0, 9976])
    }

    @Test func aReportedZeroIsAZeroWhereNothingCame() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.usage(reported(10, 0)))
        upstream.finish()
        #expect(try await reply.whole().ending.usage == reported(10, 0))
        #expect(try await world.balance() == [10, 0, 9990])
    }

    @Test(arguments: [
        Usage(promptTokens: 0, completionTokens: 0, source: .reported),
        Usage(promptTokens: 0, completionTokens: 3, source: .reported),
        Usage(promptTokens: 10, completionTokens: 0, source: .reported),
        Usage(promptTokens: -5, completionTokens: 3, source: .reported),
        Usage(promptTokens: 10, completionTokens: .max, source: .reported),
        Usage(promptTokens: .max, completionTokens: .max, source: .reported),
        Usage(promptTokens: 10, completionTokens: 3, cachedPromptTokens: 11, source: .reported),
        Usage(promptTokens: 10, completionTokens: 3, reasoningTokens: 4, source: .reported),
    ])
    func usageBeyondBeliefIsReplacedByOurCount(usage: Usage) async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text("abc"), .usage(usage))
        upstream.finish()
        #expect(try await reply.whole().ending.usage == Usage(promptTokens: 10, completionTokens: 3, source: .counted))
        #expect(try await world.balance() == [13, 0, 9987])
    }

    @Test func aReplyThatBreaksOffIsChargedForPromptAndWhatCame() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text("half a re"))
        upstream.fail(.cut)
        let (text, ending) = try await reply.whole()
        #expect(text == "half a re")
        #expect(ending.outcome == .failed)
        #expect(ending.failure == .cut)
        #expect(try await world.balance() == [19, 0, 9981])
    }

    /// Usage that an upstream repeats while it streams may be older than the text.
    @Test func aBrokenOffReplyIsChargedTheLargerOfBothCounts() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text("a"), .usage(reported(15, 1)), .text("bcdef"))
        upstream.fail(.timedOut)
        let usage = try await reply.whole().ending.usage
        #expect(usage.promptTokens == 15)
        #expect(usage.completionTokens == 6)
    }

    @Test func anUpstreamThatIgnoresItsCapIsCut() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text(String(repeating: "x", count: 2000)))
        #expect(await upstream.wasCancelled())
        let ending = try await reply.whole().ending
        #expect(ending.outcome == .overran)
        #expect(ending.finishReason == .length)
        #expect(ending.usage.completionTokens == 2000)
    }

    @Test func ofManyAtOnceExactlyAsManyRunAsFit() async throws {
        let world = try await GateFixture(limit: 7 * 110 + 20)
        let accepted = await withTaskGroup { group in
            for _ in 0..<60 {
                group.addTask { (try? await world.gate.submit(GateFixture.prompt())) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 7)
        #expect(world.upstream.calls.count == 7)
    }

    // MARK: When the store fails

    @Test func withoutTheStoreNothingPasses() async throws {
        let world = try await GateFixture()
        world.ledger.isBroken = true
        let error = await #expect(throws: GateError.self) { try await world.gate.submit(GateFixture.prompt()) }
        #expect(error == .storeUnavailable(detail: "full"))
        #expect(world.upstream.calls == [])
    }

    @Test func whatTheStoreCouldNotTakeIsSettledLater() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text("abc"))
        world.ledger.isBroken = true
        upstream.finish()
        #expect(try await reply.whole().ending.usage.completionTokens == 3)
        await world.gate.tick()
        #expect(try await world.balance() == [0, 110, 9890])

        world.ledger.isBroken = false
        await world.gate.tick()
        #expect(try await world.balance() == [13, 0, 9987])
        #expect(world.transcript.ended.count == 1)
    }

    @Test func aReleaseThatFailedIsDoneLater() async throws {
        let world = try await GateFixture()
        world.upstream.answer = .connect
        let prompt = GateAPITests.prompt()
        let reader = Task { try await world.gate.submit(prompt) }
        _ = await world.upstream.next()
        world.ledger.isBroken = true
        reader.cancel()
        await #expect(throws: GateError.stopped) { try await reader.value }
        world.ledger.isBroken = false
        #expect(try await world.balance() == [0, 110, 9890])
        await world.gate.tick()
        #expect(try await world.balance() == [0, 0, 10_000])
    }

    private func reported(_ prompt: Int64, _ completion: Int64) -> Usage {
        Usage(promptTokens: prompt, completionTokens: completion, source: .reported)
    }
}
