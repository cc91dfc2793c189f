import GateTestSupport
import Synchronization
import Testing

@testable import Core
@testable import Store

/// What the gate does beside the way of a prompt, when the clock, the store or the timing is unkind.
struct GateUpkeepTests {
    // MARK: Who is gone, and who only looks it

    @Test func aJumpOfTheClockTakesNobodyForGone() async throws {
        let world = try await GateFixture()
        _ = try await world.running()
        let other = try world.anotherGate()
        await other.reap()
        world.clock.advance(bySeconds: 3600)
        await other.reap()
        await world.gate.tick()
        await other.reap()
        #expect(try await world.balance() == [0, 110, 9890])
    }

    @Test func aClockThatStepsBackTakesNobodyForGone() async throws {
        let world = try await GateFixture()
        let other = try world.anotherGate()
        world.clock.advance(bySeconds: 3600)
        await other.reap()
        world.clock.advance(bySeconds: -3600)
        _ = try await world.running()
        await other.reap()
        #expect(try await world.balance() == [0, 110, 9890])
    }

    /// It goes wrong and is put right between two looks, and its leases are of the time in which it was wrong.
    @Test func aJumpThatNobodySawTakesNobodyForGone() async throws {
        let world = try await GateFixture()
        let other = try world.anotherGate()
        await other.reap()
        world.clock.advance(bySeconds: -3600)
        _ = try await world.running()
        world.clock.advance(bySeconds: 3605)
        await other.reap()
        await world.gate.tick()
        await other.reap()
        #expect(try await world.balance() == [0, 110, 9890])
    }

    /// While the store took nothing, nobody could refresh a lease: they have a round to do so.
    @Test func anOutageOfTheStoreTakesNobodyForGone() async throws {
        let world = try await GateFixture()
        _ = try await world.running()
        let ledger = BreakableLedger(try world.book.anotherWorker())
        let other = try world.anotherGate(over: ledger)
        await other.reap()
        world.clock.advance(bySeconds: 61)
        ledger.isBroken = true
        await other.reap()
        ledger.isBroken = false
        await other.reap()
        await world.gate.tick()
        await other.reap()
        #expect(try await world.balance() == [0, 110, 9890])
    }

    /// Nobody could refresh on a full disk; so looking there has to fail, also where it finds nothing to change.
    @Test func whoFindsALeaseThatHasRunOutWrites() async throws {
        let world = try await GateFixture()
        _ = try await world.running()
        let looks = { [database = world.book.database] in
            try await database.read { session in
                try session.rows("SELECT next_at FROM duty WHERE name = 'expired leases'").map {
                    try $0["next_at"] as Timestamp
                }
            }
        }
        await world.gate.reap()
        #expect(try await looks() == [])
        world.clock.advance(bySeconds: 61)
        await world.gate.reap()
        #expect(try await looks() == [world.clock.now()])
    }

    /// Where workers end again and again, one look has to be enough.
    @Test(.timeLimit(.minutes(5))) func aWorkerLooksForThoseThatAreGoneAsSoonAsItBegins() async throws {
        let world = try await GateFixture()
        _ = try await world.running()
        world.clock.advance(bySeconds: 61)
        let young = try world.anotherGate(Gate.Settings(tick: .seconds(600)))
        let running = Task { await young.run() }
        try await until { await !young.expiredLeases.isEmpty }
        await young.reap()
        #expect(try await world.balance() == [10, 0, 9990])
        running.cancel()
        await running.value
    }

    @Test func aWorkerThatHeldVeryMuchIsSettledForInOneGo() async throws {
        let world = try await GateFixture(limit: 1_000_000)
        for _ in 0..<501 {
            _ = try await world.book.held(LedgerFixture.request(prompt: 10, reply: 100))
        }
        world.clock.advance(bySeconds: 61)
        await world.gate.reap()
        await world.gate.reap()
        #expect(try await world.balance() == [5010, 0, 994_990])
    }

    // MARK: A store that fails

    /// Each try may take as long as the store's busy timeout, and leases run out meanwhile.
    @Test func aStoreThatTakesNoEndIsAskedOnceARound() async throws {
        let world = try await GateFixture()
        var replies: [LiveReply] = []
        for _ in 0..<3 {
            let (reply, upstream) = try await world.running()
            replies.append(reply)
            world.ledger.isBroken = true
            upstream.finish()
            _ = try await reply.whole()
            world.ledger.isBroken = false
        }
        let before = world.ledger.failures
        world.ledger.isBroken = true
        await world.gate.tick()
        // One refresh for all three, one settlement.
        #expect(world.ledger.failures == before + 2)

        world.ledger.isBroken = false
        await world.gate.tick()
        #expect(try await world.balance() == [30, 0, 9970])
    }

    @Test func anEndThatCannotBeKeptKeepsNoOtherWaiting() async throws {
        let world = try await GateFixture()
        let replies = [try await world.running(), try await world.running(), try await world.running()]
        world.ledger.isBroken = true
        for (reply, upstream) in replies {
            upstream.finish()
            _ = try await reply.whole()
        }
        world.ledger.isBroken = false
        world.ledger.damage([replies[0].0.requestID, replies[1].0.requestID])
        await world.gate.tick()
        #expect(world.ledger.triesOfDamaged == 2)
        #expect(try await world.balance() == [10, 220, 9770])
        world.ledger.damage([])
        await world.gate.tick()
        #expect(try await world.balance() == [30, 0, 9970])
    }

    @Test func aHoldThatCannotBeRefreshedKeepsNoOtherFromIt() async throws {
        let world = try await GateFixture()
        let replies = [try await world.running(), try await world.running(), try await world.running()]
        world.ledger.damage([replies[1].0.requestID])
        world.clock.advance(bySeconds: 59)
        await world.gate.tick()
        world.clock.advance(bySeconds: 2)
        let other = try world.anotherGate()
        await other.reap()
        await other.reap()
        #expect(try await world.balance() == [10, 220, 9770])
    }

    @Test func aHoldThatCannotBeSettledKeepsNoOtherFromIt() async throws {
        let world = try await GateFixture()
        let replies = [try await world.running(), try await world.running(), try await world.running()]
        let ledger = BreakableLedger(try world.book.anotherWorker())
        ledger.damage([replies[1].0.requestID])
        let other = try world.anotherGate(over: ledger)
        world.clock.advance(bySeconds: 61)
        await other.reap()
        await other.reap()
        #expect(try await world.balance() == [20, 110, 9870])
        ledger.damage([])
        await other.reap()
        await other.reap()
        #expect(try await world.balance() == [30, 0, 9970])
    }

    /// There is room again while it stops.
    @Test func whatTheStoreDidNotTakeIsTriedUntilTheWorkerHasToEnd() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        world.ledger.isBroken = true
        upstream.finish()
        _ = try await reply.whole()
        let failures = world.ledger.failures
        async let drained: Void = world.gate.drain(upTo: .zero)
        try await until { world.ledger.failures >= failures + 2 }
        world.ledger.isBroken = false
        await drained
        #expect(try await world.balance() == [10, 0, 9990])
    }

    @Test func aTextThatCouldNotBeKeptComesAgain() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text("so far"))
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            _ = await events.next()
        }
        world.transcript.isBroken = true
        await world.gate.tick()
        world.transcript.isBroken = false
        await world.gate.tick()
        await world.gate.tick()
        #expect(
            world.transcript.progress == [ReplyProgress(requestID: reply.requestID, text: "so far", room: reply.room)])
    }

    @Test func manyTextsAreKeptAFewAtATime() async throws {
        let world = try await GateFixture()
        for _ in 0..<20 {
            let (reply, upstream) = try await world.running()
            upstream.send(.text("so far"))
            await reply.listen { events in
                var events = events.makeAsyncIterator()
                _ = await events.next()
            }
        }
        await world.gate.tick()
        #expect(world.transcript.batches.map(\.count) == [16, 4])
    }

    // MARK: Unkind timing

    @Test func aProgramThatLeavesBetweenHoldAndUpstreamReachesNoUpstream() async throws {
        let world = try await GateFixture()
        let reader = Mutex(Task<LiveReply, any Error>?.none)
        let gate = world.gate
        world.ledger.afterHold { reader.withLock { $0 }?.cancel() }
        let started = reader.withLock { reader in
            let task = Task { try await gate.submit(GateAPITests.prompt()) }
            reader = task
            return task
        }
        await #expect(throws: GateError.stopped) { try await started.value }
        #expect(world.upstream.calls == [])
        #expect(try await world.balance() == [0, 0, 10_000])
    }

    /// A tick that finds the hold gone must not make a stop of it.
    @Test func whatTheUpstreamSaidIsToldThoughATickComesInBetween() async throws {
        let world = try await GateFixture()
        world.upstream.answer = .fail(.timedOut)
        let gate = world.gate
        world.ledger.afterRelease { await gate.tick() }
        await #expect(throws: GateError.upstream(.timedOut)) { try await gate.submit(GateFixture.prompt()) }
    }

    /// The cap is a hundred.
    @Test func anUpstreamThatIgnoresItsCapPassesItByNoMoreThanAPiece() async throws {
        let world = try await GateFixture(limit: 110)
        let (reply, upstream) = try await world.running()
        upstream.send(.text(String(repeating: "x", count: 98)), .text("xx"), .text("x"))
        upstream.finish()
        let ending = try await reply.whole().ending
        #expect(ending.outcome == .overran)
        #expect(ending.usage.completionTokens == 101)
    }
}
