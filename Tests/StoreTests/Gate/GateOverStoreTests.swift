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

    /// Also of one that passed the door before: what it waits for are limits that the key no longer has.
    @Test func nothingIsHeldForAKeyThatIsOver() async throws {
        _ = try await world.addModel("Small", in: [tier.id])
        try await raise(toTokensPerDay: 1000)
        let end = world.clock.now().advanced(bySeconds: 3600)
        var prompts: [Prompt] = []
        for settings in [APIKey.Settings(name: "revoked"), APIKey.Settings(name: "brief", expiresAt: end)] {
            let key = try await world.store.keys.create(settings, secret: .random(), for: person.id, by: world.actor)
            prompts.append(prompt())
            prompts[prompts.count - 1].key = key.id
            _ = try await gate.submit(prompts[prompts.count - 1])
        }
        let revoked = try #require(prompts[0].key)
        try await world.store.keys.revoke(revoked, of: person.id, by: world.actor)
        world.clock.advance(seconds: 3600)
        for var prompt in prompts {
            prompt.requestID = .random()
            await #expect(throws: GateError.keyIsOver) { try await gate.submit(prompt) }
        }
        #expect(upstream.calls.count == 2)
    }

    /// Its identifier is the page's to choose.
    @Test func aChatUnderTheIdentifierOfADeletedOneIsSomebodyElses() async throws {
        _ = try await world.addModel("Small", in: [tier.id])
        try await raise(toTokensPerDay: 1000)
        let (id, other) = (ConversationID.random(), try await world.addPerson("eve@example.org", in: tier))
        for asking in [person.id, other.id] {
            let submission = Submission(key: "k", conversation: id, kind: .ask("ten tokens"), model: "Small")
            _ = try await world.store.conversations.submit(submission, of: asking)
            var prompt = prompt(submission)
            prompt.person = asking
            let reply = try await gate.submit(prompt)
            let script = await upstream.next()
            script.send(.text("x"))
            script.finish()
            _ = try await reply.whole()
            #expect(try await world.store.usageHistory.total(of: id, of: asking).totalTokens == 11)
            if asking == person.id { try await world.store.conversations.delete(id, of: asking) }
        }
        #expect(try await world.store.verification.verify(at: world.clock.now()).isClean)
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
