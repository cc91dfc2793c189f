import GateTestSupport
import Synchronization
import Testing
import Tokenizer

@testable import Core
@testable import Store

/// What is different for an API client. Each prompt has ten tokens, each byte of a reply is one.
@Suite(.timeLimit(.minutes(5)))
struct GateAPITests {
    static func prompt(
        _ interface: APIInterface = .chatCompletions, _ prompt: CountablePrompt = .texts(.init(texts: ["ten tokens"])),
        replies: Int64 = 1, maxReplyTokens: Int64? = 100, answer: APIRequest.Answer = .stream(withUsage: false),
        asksToThink: Bool = false
    ) -> Prompt {
        let request = APIRequest(
            members: Array("\"n\":1".utf8), interface: interface, prompt: prompt, replies: replies, answer: answer,
            asksToThink: asksToThink)
        return Prompt(person: GateFixture.ada, model: "small", body: .api(request), maxReplyTokens: maxReplyTokens)
    }

    /// Its reader left between the upstream's word and ours.
    @Test func aReplyThatIsReadToItsEndWaitsForNoReaderWhoNeverCame() async throws {
        let world = try await GateFixture(disconnect: .drain)
        let (reply, upstream) = try await world.running(Self.prompt())
        upstream.send(.passage([UInt8](repeating: 1, count: Outbox.roomBytes)), .text("on"))
        upstream.finish()
        await world.gate.tick()
        world.clock.advance(bySeconds: 9)
        await world.gate.tick()
        #expect(reply.ending == nil)
        world.clock.advance(bySeconds: 1)
        await world.gate.tick()
        try await until { reply.ending != nil }
        #expect(reply.ending?.outcome == .finished && reply.text == "on")
        #expect(try await world.balance() == [12, 0, 9988])
    }

    // MARK: Several replies

    @Test func severalRepliesHoldAsManyTimesTheCap() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.prompt(replies: 3))
        #expect(try await world.balance() == [0, 310, 9690])
        #expect(upstream.call.maxCompletionTokens == 100)
        #expect(reply.replyCap == 300)
        upstream.send(.text(String(repeating: "x", count: 250)))
        upstream.finish()
        #expect(try await reply.document().ending.outcome == .finished)
        #expect(try await world.balance() == [260, 0, 9740])
    }

    @Test func whatIsLeftIsSharedAmongThem() async throws {
        let world = try await GateFixture(limit: 162)
        let (reply, upstream) = try await world.running(Self.prompt(replies: 3))
        #expect(reply.replyCap == 152 && reply.shortenedBy != nil)
        #expect(upstream.call.maxCompletionTokens == 50)
    }

    /// Sixteen tokens are the shortest reply here.
    @Test func eachMustBeOfSomeUse() async throws {
        let world = try await GateFixture(limit: 57)
        let error = await #expect(throws: GateError.self) { try await world.gate.submit(Self.prompt(replies: 3)) }
        guard case .refused(let refusal) = error else {
            Issue.record("not refused but \(String(describing: error))")
            return
        }
        #expect(refusal.needed == 58 && refusal.available == 57)
        #expect(world.upstream.calls == [])
    }

    @Test func togetherTheyMayNotPassAllOfTheirCaps() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.prompt(replies: 2))
        upstream.send(.text(String(repeating: "x", count: 150)), .toolCall(String(repeating: "y", count: 51)))
        #expect(await upstream.wasCancelled())
        #expect(try await reply.document().ending.outcome == .overran)
        #expect(try await world.balance() == [211, 0, 9789])
    }

    // MARK: Thinking

    /// What is thought unseen is known at the end: less than the whole, held for many at once, would pass the limit.
    @Test func allIsHeldOfAReplyThatMayBeThoughtUnseen() async throws {
        let world = try await GateFixture(limit: 9000)
        _ = try await world.running(Self.prompt(maxReplyTokens: 4000))
        #expect(try await world.balance() == [0, 266, 8734])
        let (reply, upstream) = try await world.running(Self.prompt(maxReplyTokens: 4000, asksToThink: true))
        #expect(try await world.balance() == [0, 4276, 4724])
        upstream.send(.text("x"), .usage(Usage(promptTokens: 10, completionTokens: 4000, source: .reported)))
        upstream.finish()
        _ = try await reply.whole()
        #expect(try await world.balance() == [4010, 266, 4724])
    }

    /// Also where somebody stops it before it is done.
    @Test func aModelThatThoughtUnseenIsRememberedForIt() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.prompt(maxReplyTokens: 4000))
        upstream.send(.usage(Usage(promptTokens: 10, completionTokens: 500, source: .reported)), .text("x"))
        try await until { reply.text == "x" }
        #expect(try await world.gate.stop(reply.requestID, of: GateFixture.ada))
        #expect(try await reply.whole().ending.outcome == .stopped)
        #expect(try await world.balance() == [510, 0, 9490])
        _ = try await world.running(Self.prompt(maxReplyTokens: 4000))
        #expect(try await world.balance() == [510, 4010, 5480])
    }

    // MARK: What costs nothing

    @Test(arguments: [1 << 40, Int64.max])
    func soManyThatNobodyCanCountThemAreRefused(replies: Int64) async throws {
        let world = try await GateFixture()
        let prompt = Self.prompt(replies: replies, maxReplyTokens: nil)
        await #expect(throws: GateError.self) { try await world.gate.submit(prompt) }
        if replies == .max {
            await #expect(throws: GateError.tooManyReplies) { try await world.gate.submit(prompt) }
        }
        try await expectNothingHappened(in: world)
    }

    @Test func partsThatNobodyCanCountAreRefusedByName() async throws {
        let world = try await GateFixture()
        let message = PromptMessage(role: "user", content: [.text("ten tokens"), .uncountable(kind: "audio")])
        let prompt = Self.prompt(.chatCompletions, .chat(.init(messages: [message])))
        await #expect(throws: GateError.unmeterable(["audio"])) { try await world.gate.submit(prompt) }
        await #expect(throws: GateError.unmeterable(["audio"])) { _ = try await world.gate.quote(prompt) }
        try await expectNothingHappened(in: world)
    }

    @Test func tokensThatTheClientCountedItselfAreCountedToo() async throws {
        let world = try await GateFixture()
        let prompt = Self.prompt(.completions, .texts(.init(texts: ["ten tokens"], tokens: 991)))
        let count = TokenCount(tokens: 1001, isExact: true)
        await #expect(throws: GateError.promptTooLong(count, maximum: 1000)) { try await world.gate.submit(prompt) }
        try await expectNothingHappened(in: world)
    }

    private func expectNothingHappened(in world: GateFixture) async throws {
        #expect(world.upstream.calls == [])
        #expect(try await world.balance() == [0, 0, 10_000])
    }

    // MARK: Embeddings

    @Test func embeddingsHoldTheirPromptAndPayWhatIsReported() async throws {
        let world = try await GateFixture(limit: 10)
        let (reply, upstream) = try await world.running(Self.prompt(.embeddings, answer: .document))
        #expect(try await world.balance() == [0, 10, 0])
        #expect(reply.replyCap == 0)
        upstream.send(.usage(Usage(promptTokens: 8, completionTokens: 0, source: .reported)), .document([1, 2, 3]))
        upstream.finish()
        let (body, ending) = try await reply.document()
        #expect(body == [1, 2, 3])
        #expect(ending.outcome == .finished)
        #expect(try await world.balance() == [8, 0, 2])
    }

    /// They are there at once: whoever leaves before cannot be told from one who leaves after.
    @Test func embeddingsOfACallerWhoLeftAreChargedAllTheSame() async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 0))
        let (gate, prompt) = (world.gate, Self.prompt(.embeddings, answer: .document))
        let caller = Mutex(Task<LiveReply, any Error>?.none)
        world.ledger.afterHold { caller.withLock { $0 }?.cancel() }
        let started = caller.withLock { caller in
            let task = Task { try await gate.submit(prompt) }
            caller = task
            return task
        }
        let upstream = await world.upstream.next()
        let reply = try await started.value
        await reply.listen { _ in }
        world.clock.advance(bySeconds: 3600)
        await world.gate.tick()
        upstream.send(.document([1]))
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
        #expect(try await world.balance() == [10, 0, 9990])
    }

    // MARK: Answers

    @Test func aClientThatStreamsGetsEveryPassageThenTheEnding() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.prompt())
        upstream.send(.text("a"), .passage([1, 2]), .toolCall("bcd"), .passage([3]), .reasoning("e"), .passage([4]))
        upstream.finish()
        let (bytes, ending) = await read(reply)
        #expect(bytes == [1, 2, 3, 4])
        #expect(ending?.outcome == .finished)
        #expect(ending?.usage.completionTokens == 5 && ending?.usage.reasoningTokens == 1)
        #expect(world.transcript.ended.map(\.text) == ["a"])
    }

    @Test func aDocumentOfAnUpstreamThatBrokeOffNeverComes() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.prompt(answer: .document))
        upstream.send(.text("abc"))
        upstream.fail(.cut)
        let (body, ending) = try await reply.document()
        #expect(body == nil)
        #expect(ending.failure == .cut)
        #expect(try await world.balance() == [13, 0, 9987])
    }

    // MARK: Leaving

    @Test(arguments: [0, 3600])
    func aClientThatLeavesAStreamIsCancelledAtTheNextTick(graceSeconds: Int64) async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: graceSeconds))
        let (reply, upstream) = try await world.running(Self.prompt())
        upstream.send(.text("abc"), .passage([1]))
        await reply.relay { passages in
            var passages = passages
            #expect(await passages.next() == .passage([1]))
        }
        #expect(reply.ending == nil)
        await world.gate.tick()
        #expect(await upstream.wasCancelled())
        #expect(try await reply.whole().ending.outcome == .abandoned)
        #expect(try await world.balance() == [13, 0, 9987])
    }

    @Test func soIsOneThatWaitsForADocument() async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 3600))
        let (reply, upstream) = try await world.running(Self.prompt(answer: .document))
        let client = Task { try await reply.document() }
        client.cancel()
        await #expect(throws: CancellationError.self) { _ = try await client.value }
        await world.gate.tick()
        #expect(await upstream.wasCancelled())
        #expect(try await reply.whole().ending.outcome == .abandoned)
        #expect(try await world.balance() == [10, 0, 9990])
    }

    @Test func whileItListensItIsNotCancelled() async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 0))
        let (reply, upstream) = try await world.running(Self.prompt())
        await reply.relay { passages in
            world.clock.advance(bySeconds: 3600)
            await world.gate.tick()
            upstream.send(.passage([1]))
            upstream.finish()
            var passages = passages
            #expect(await passages.next() == .passage([1]))
            guard case .ended(let ending) = await passages.next() else {
                Issue.record("no ending")
                return
            }
            #expect(ending.outcome == .finished)
        }
    }

    @Test func underTheDrainPolicyItsReplyIsReadToTheEnd() async throws {
        let world = try await GateFixture(disconnect: .drain)
        let (reply, upstream) = try await world.running(Self.prompt())
        await reply.relay { _ in }
        await world.gate.tick()
        upstream.send(.text("abc"), .passage([1]))
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
        #expect(try await world.balance() == [13, 0, 9987])
    }

    // MARK: Slow clients

    @Test func aSlowClientMakesTheUpstreamWait() async throws {
        let world = try await GateFixture()
        let source = CountedPassages(count: 1_000)
        world.upstream.answer = .send(UpstreamReply(events: source))
        let reply = try await world.gate.submit(Self.prompt())
        await reply.relay { passages in
            await source.waitUntilRead(CountedPassages.inRoom)
            var received = 0
            for await case .passage(let bytes) in passages {
                received += bytes.count / CountedPassages.passageBytes
                #expect(source.read - received <= CountedPassages.inRoom + 1)
            }
            #expect(received == 1_000)
        }
        #expect(try await reply.whole().ending.outcome == .finished)
    }

    @Test func whatNobodyTakesIsNotFetched() async throws {
        let world = try await GateFixture()
        let source = CountedPassages(count: 1_000)
        world.upstream.answer = .send(UpstreamReply(events: source))
        let reply = try await world.gate.submit(Self.prompt())
        await source.waitUntilRead(CountedPassages.inRoom)
        for _ in 0..<1_000 { await Task.yield() }
        #expect(source.read == CountedPassages.inRoom)

        await reply.relay { _ in }
        await world.gate.tick()
        let ending = try await reply.whole().ending
        #expect(ending.outcome == .abandoned || ending.outcome == .finished)
    }

    // MARK: Silence

    @Test func aClientIsToldWhenNothingCameForAWhile() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.prompt())
        let ticking = Task { [gate = world.gate] in
            while !Task.isCancelled { await gate.tick() }
        }
        await reply.relay(patience: .zero) { passages in
            var passages = passages
            #expect(await passages.next() == .silence)
            #expect(await passages.next() == .silence)
            upstream.send(.passage([1]))
            while let event = await passages.next() {
                guard event == .silence else {
                    #expect(event == .passage([1]))
                    break
                }
            }
        }
        ticking.cancel()
    }

    @Test func notBefore() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.prompt())
        await reply.relay(patience: .seconds(600)) { passages in
            var passages = passages
            async let next = passages.next()
            await world.gate.tick()
            upstream.send(.passage([1]))
            #expect(await next == .passage([1]))
        }
    }

    private func read(_ reply: LiveReply) async -> (bytes: [UInt8], ending: ReplyEnding?) {
        await reply.relay { passages in
            var (bytes, ending) = ([UInt8](), ReplyEnding?.none)
            for await event in passages {
                switch event {
                case .passage(let more): bytes += more
                case .silence: break
                case .ended(let end): ending = end
                }
            }
            return (bytes, ending)
        }
    }
}

/// An upstream that has many large passages ready, and knows how many were fetched.
private final class CountedPassages: AsyncSequence, Sendable {
    static let passageBytes = 64 << 10
    /// How many fill the megabyte that may wait.
    static let inRoom = 16

    typealias Element = UpstreamEvent
    typealias Failure = any Error

    private let count: Int
    private let fetched = Mutex(0)

    init(count: Int) {
        self.count = count
    }

    var read: Int { fetched.withLock { $0 } }

    func waitUntilRead(_ passages: Int) async {
        while read < passages { await Task.yield() }
    }

    struct Iterator: AsyncIteratorProtocol {
        let source: CountedPassages

        func next() async throws -> UpstreamEvent? {
            try Task.checkCancellation()
            let number = source.fetched.withLock { fetched in
                fetched += 1
                return fetched
            }
            guard number <= source.count else { return number == source.count + 1 ? .finished(.stop) : nil }
            return .passage([UInt8](repeating: 1, count: CountedPassages.passageBytes))
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(source: self) }
}
