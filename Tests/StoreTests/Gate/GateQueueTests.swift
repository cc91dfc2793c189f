import Core
import GateTestSupport
import Synchronization
import Testing

@testable import Store

/// Whose turn it is, where a limit is nearly reached or held by others. Each prompt has ten tokens, each byte of a reply
/// is one.
@Suite(.timeLimit(.minutes(5)))
struct GateQueueTests {
    @Test func whoIsThrottledWaitsForATurnAndIsToldThePlace() async throws {
        let world = try await GateFixture.throttled()
        _ = try await world.running()
        let places = Mutex([QueuePlace]())
        let waiting = Task {
            try await world.gate.submit(GateFixture.prompt()) { place in places.withLock { $0.append(place) } }
        }
        await world.clock.sleeper()
        #expect(places.withLock { $0.map(\.place) } == [1])
        #expect(places.withLock { $0.map(\.cause) } == [.throttled])
        #expect(try await world.ledger.queueDepth(at: world.clock.now()) == 1)
        #expect(world.upstream.calls.count == 1)

        world.clock.advance(byMilliseconds: 250)
        #expect(try await waiting.value.slowedBy?.limit.window == .day)
        #expect(try await world.ledger.queueDepth(at: world.clock.now()) == 0)
    }

    @Test func whoWaitsTooLongIsRefused() async throws {
        let world = try await GateFixture.throttled()
        _ = try await world.running()
        try await world.holdBackPace()
        let waiting = Task { try await world.gate.submit(GateFixture.prompt()) }
        for _ in 0..<120 {
            await world.clock.sleeper()
            world.clock.advance(byMilliseconds: 250)
        }
        #expect(await Self.refusal(of: waiting)?.cause == .throttled)
        #expect(try await world.ledger.queueDepth(at: world.clock.now()) == 0)
        #expect(world.upstream.calls.count == 1)
    }

    @Test func whoFindsNoPlaceIsRefusedAtOnce() async throws {
        let world = try await GateFixture.throttled()
        try await world.set("queue_length = 1")
        _ = try await world.running()
        try await world.holdBackPace()
        let waiting = Task { try await world.gate.submit(GateFixture.prompt()) }
        await world.clock.sleeper()
        #expect(await Self.refusal(of: Task { try await world.gate.submit(GateFixture.prompt()) })?.cause == .crowded)
        waiting.cancel()
        await #expect(throws: GateError.stopped) { try await waiting.value }
    }

    @Test func whoLeavesGivesUpThePlace() async throws {
        let world = try await GateFixture.throttled()
        _ = try await world.running()
        let waiting = Task { try await world.gate.submit(GateFixture.prompt()) }
        await world.clock.sleeper()
        waiting.cancel()
        await #expect(throws: GateError.stopped) { try await waiting.value }
        #expect(try await world.ledger.queueDepth(at: world.clock.now()) == 0)
        #expect(world.upstream.calls.count == 1)
    }

    /// From then on it is nobody's place any more.
    @Test func whoHadToWaitHasTheGraceOfOthersOnceItIsIn() async throws {
        let world = try await GateFixture.throttled()
        let (_, first) = try await world.running()
        world.upstream.answer = .hang
        let waiting = Task { try await world.gate.submit(GateFixture.prompt()) }
        await world.clock.sleeper()
        world.clock.advance(byMilliseconds: 250)
        let upstream = await world.upstream.next()
        waiting.cancel()
        await world.gate.tick()
        let drained = Task { await world.gate.drain(upTo: .seconds(600)) }
        upstream.accept()
        for reply in [first, upstream] { reply.finish() }
        #expect(try await waiting.value.whole().ending.outcome == .finished)
        await drained.value
    }

    @Test func aDrainingWorkerLetsNobodyWait() async throws {
        let world = try await GateFixture.throttled()
        let (_, upstream) = try await world.running()
        let waiting = Task { try await world.gate.submit(GateFixture.prompt()) }
        await world.clock.sleeper()
        let drained = Task { await world.gate.drain(upTo: .seconds(600)) }
        await #expect(throws: GateError.shuttingDown) { try await waiting.value }
        #expect(try await world.ledger.queueDepth(at: world.clock.now()) == 0)
        upstream.finish()
        await drained.value
    }

    @Test func whoIsDisabledMeanwhileLeaves() async throws {
        let world = try await GateFixture.throttled()
        _ = try await world.running()
        let waiting = Task { try await world.gate.submit(GateFixture.prompt()) }
        await world.clock.sleeper()
        world.policy.disabled.insert(GateFixture.ada)
        world.clock.advance(byMilliseconds: 250)
        await #expect(throws: GateError.personDisabled) { try await waiting.value }
        #expect(try await world.ledger.queueDepth(at: world.clock.now()) == 0)
    }

    @Test func roomThatOthersOnlyHoldIsWaitedFor() async throws {
        let world = try await GateFixture(limit: 600, holdsWholeReply: true)
        try await world.set("waits_for_holds = 1")
        let (_, first) = try await world.running(GateFixture.prompt(maxReplyTokens: 500))
        _ = try await world.running(GateFixture.prompt(maxReplyTokens: 500))
        let waiting = Task { try await world.gate.submit(GateFixture.prompt(maxReplyTokens: 500)) }
        await world.clock.sleeper()
        first.finish()
        try await until { try await world.balance()[0] != 0 }
        world.clock.advance(byMilliseconds: 250)
        #expect(try await waiting.value.replyCap == 490)
    }

    /// With replies of very different lengths, who cannot be let in at once waits for what others give back.
    @Test(arguments: [[500], [40, 120, 500, 250, 900]])
    func ofManyWhoWaitTheLimitIsUsed(lengths: [Int]) async throws {
        let world = try await GateFixture(limit: 10_000_000)
        try await world.set("waits_for_holds = 1, queue_length = 1000, queue_seconds = 600")
        let workers = [world.gate, try world.anotherGate()]
        world.upstream.give(lengths, in: world.clock)
        for _ in 0..<20 { _ = await Self.endings(of: 1, at: workers, world.clock) }
        let before = try await world.balance()[0]
        try await world.book.lower(to: before + 10_000)
        try await world.book.watch()

        let endings = await Self.endings(of: 200, at: workers, world.clock)
        let used = try await world.balance()[0] - before
        let cut = endings.count { $0.finishReason == .length }
        #expect(used >= 9900 && used <= 10_000)
        let mostOfAHundred = lengths.count == 1 ? 5 : 10
        #expect(cut * 100 <= endings.count * mostOfAHundred, "\(cut) of \(endings.count) were cut")
        #expect(try await world.book.breaches() == 0)
        #expect(try await world.book.database.discrepancies() == [])
        #expect(try await world.ledger.queueDepth(at: world.clock.now()) == 0)
    }

    // MARK: Slower replies

    @Test func aReplyNearALimitComesAtHalfItsSpeed() async throws {
        let world = try await GateFixture.throttled()
        // Who reads asks for the next piece only after the rest that follows the one before.
        let events = EventsOnDemand { [clock = world.clock] number in
            guard number < 9 else { return .text("y") }
            clock.advance(byMilliseconds: 20)
            return .text("x")
        }
        world.upstream.answer = .send(UpstreamReply(events: events))
        let reply = try await world.gate.submit(GateFixture.prompt())
        #expect(reply.reduction == AlertRule.usualReduction)
        await world.clock.sleeper()
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            #expect(await events.next() == .text("xxxxxxxxx"))
            world.clock.advance(byMilliseconds: 39)
            #expect(world.clock.sleepers == 1)
            world.clock.advance(byMilliseconds: 1)
            #expect(await events.next() == .text("y"))
        }
        #expect(try await world.gate.stop(reply.requestID, of: GateFixture.ada))
        #expect(try await reply.whole().ending.outcome == .stopped)
    }

    /// So many prompts, each a millisecond after the one before, and how those ended that passed. As everything takes
    /// quarters of a second, no two of them are awake at once: what becomes of them is always the same.
    private static func endings(of count: Int, at workers: [Gate], _ clock: TestClock) async -> [ReplyEnding] {
        let working = Workers(count)
        return await withTaskGroup { group in
            for number in 0..<count {
                group.addTask {
                    defer { working.leave() }
                    try? await clock.rest(.milliseconds(number))
                    let prompt = GateFixture.prompt(maxReplyTokens: nil)
                    return try? await workers[number % workers.count].submit(prompt).whole().ending
                }
            }
            await clock.pass(while: working)
            return await group.reduce(into: [ReplyEnding]()) { if let ending = $1 { $0.append(ending) } }
        }
    }

    private static func refusal(of task: Task<LiveReply, any Error>) async -> Refusal? {
        do {
            _ = try await task.value
            return nil
        } catch GateError.refused(let refusal) {
            return refusal
        } catch {
            return nil
        }
    }
}

extension GateFixture {
    func set(_ assignment: String) async throws {
        try await book.database.write { session in try session.execute("UPDATE organization SET \(assignment)") }
    }

    /// The next one is let in only in the far future.
    fileprivate func holdBackPace() async throws {
        let until = clock.now().advanced(bySeconds: 59)
        try await book.database.write { session in try session.execute("UPDATE account SET paced_until = $1", until) }
    }
}

extension TestClock {
    /// Returns when somebody rests.
    fileprivate func sleeper() async { while sleepers == 0 { await Task.yield() } }
}
