import Core
import GateTestSupport
import Logging
import Testing

@testable import Store

/// The gate with every port of the real store behind it: what an admin decides and a person sees.
@Suite(.timeLimit(.minutes(5)))
struct GateOverStoreTests {
    private let world: TemporaryStore
    private let upstream = ScriptedUpstream()
    private let gate: Gate
    private let tier: Tier
    private let person: Person

    init() async throws {
        world = try await TemporaryStore()
        tier = try await world.store.tiers.create(Self.tier(tokensPerDay: 20), by: world.actor)
        person = try await world.addPerson("ada@example.org", in: tier)
        let ports = Gate.Ports(
            policy: world.store.gatePolicy, ledger: world.store.ledger, upstream: upstream, meter: ByteMeter(),
            transcript: world.store.transcript, time: world.clock)
        gate = Gate(worker: "worker-1", ports: ports, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func aRaisedTierIsFeltByTheNextPrompt() async throws {
        _ = try await world.addModel("Small", in: [tier.id])
        await #expect(throws: GateError.self) { try await gate.submit(prompt()) }
        #expect(upstream.calls == [])
        try await raise(toTokensPerDay: 1000)
        _ = try await gate.submit(prompt())
        #expect(upstream.calls.map(\.model) == ["up-Small"])
    }

    @Test func aReplyIsKeptWhileItComesAndCountedOnceItHasEnded() async throws {
        _ = try await world.addModel("Small", in: [tier.id])
        try await raise(toTokensPerDay: 1000)
        let submission = Submission(
            key: "k", conversation: .random(), kind: .ask("ten tokens"), model: "Small")
        _ = try await world.store.conversations.submit(submission, of: person.id)
        let reply = try await gate.submit(prompt(submission))
        let script = await upstream.next()

        script.send(.text("half"))
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            #expect(await events.next() == .text("half"))
            await gate.tick()
        }
        let half = try await world.store.conversations.reply(to: submission.requestID, of: person.id)
        #expect(half.text == "half")
        #expect(half.state == .streaming)

        script.send(.text(" whole"))
        script.finish()
        _ = try await reply.whole()
        let whole = try await world.store.conversations.reply(to: submission.requestID, of: person.id)
        #expect(whole.text == "half whole")
        #expect(whole.state == .complete)
        #expect(whole.reply?.usage?.totalTokens == 20)
        let total = try await world.store.usageHistory.total(of: submission.conversation, of: person.id)
        #expect(total.totalTokens == 20)
        #expect(try await gate.quote(prompt()).accounts.map(\.used) == [20])
    }

    private func prompt(_ submission: Submission? = nil) -> Prompt {
        Prompt(
            requestID: submission?.requestID ?? .random(), person: person.id, conversation: submission?.conversation,
            model: "Small", messages: [ChatMessage(role: .user, content: "ten tokens")], maxReplyTokens: 100)
    }

    private func raise(toTokensPerDay tokens: Int64) async throws {
        var settings = try #require(try await world.store.tiers.tier(tier.id)).settings
        settings.allowance.tokensPerDay = tokens
        _ = try await world.store.tiers.change(tier.id, to: settings, by: world.actor)
    }

    private static func tier(tokensPerDay: Int64) -> Tier.Settings {
        Tier.Settings(
            name: "Small change", maxPromptTokens: 1000, maxReplyTokens: 500,
            allowance: Tier.Allowance(tokensPerDay: tokensPerDay))
    }
}
