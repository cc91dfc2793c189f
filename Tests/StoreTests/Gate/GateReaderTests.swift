import Core
import GateTestSupport
import Synchronization
import Testing

@testable import Store

/// Readers come and go, workers too; the reply goes its way.
@Suite(.timeLimit(.minutes(5)))
struct GateReaderTests {
    // MARK: Listening

    @Test func aListenerGetsEverythingSoFarThenWhatComesLive() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        try await reply.listen { events in
            var first = events.makeAsyncIterator()
            upstream.send(.text("one "))
            #expect(await first.next() == .text("one "))
            upstream.send(.text("two "))
            #expect(await first.next() == .text("two "))

            try await reply.listen { events in
                var second = events.makeAsyncIterator()
                #expect(await second.next() == .text("one two "))
                upstream.send(.reasoning("hm "))
                #expect(await second.next() == .reasoning("hm "))
                #expect(await first.next() == .reasoning("hm "))
                upstream.finish()
                let ending = try #require(await second.next())
                #expect(await first.next() == ending)
                #expect(await second.next() == nil)
            }
        }
    }

    @Test func aListenerWhoHeardNothingForLongIsToldSo() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        let ticking = Task { while !Task.isCancelled { await world.gate.tick() } }
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            #expect(await events.next(patience: .milliseconds(1)) == .silence)
            let later = Task {
                for _ in 0..<5 { await world.gate.tick() }
                upstream.send(.text("late"))
            }
            #expect(await events.next(patience: .seconds(3600)) == .event(.text("late")))
            await later.value
            upstream.finish()
            guard case .event(.ended) = await events.next(patience: .seconds(3600)) else {
                Issue.record("the end was not told")
                return
            }
            #expect(await events.next(patience: .seconds(3600)) == .over)
        }
        ticking.cancel()
    }

    @Test func aReplyThatIsOverIsThereInOnePiece() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        for word in ["a ", "slow ", "listener"] { upstream.send(.text(word)) }
        upstream.finish()
        _ = try await reply.whole()
        let events = await reply.listen { events in await events.reduce(into: []) { $0.append($1) } }
        #expect(events.first == .text("a slow listener"))
        #expect(events.count == 2)
    }

    @Test func aListenerThatIsCancelledStopsListening() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        let listener = Task { try await reply.whole() }
        listener.cancel()
        await #expect(throws: CancellationError.self) { try await listener.value }
        upstream.send(.text("unheard"))
        upstream.finish()
        #expect(try await reply.whole().text == "unheard")
    }

    @Test func onlyItsPersonFindsARunningReply() async throws {
        let world = try await GateFixture()
        let (reply, _) = try await world.running()
        #expect(await world.gate.reply(to: reply.requestID, of: GateFixture.ada) === reply)
        #expect(await world.gate.reply(to: reply.requestID, of: PersonID(rawValue: "eve")) == nil)
    }

    // MARK: Leaving

    @Test func aReaderWhoLeavesPaysForWhatWasProduced() async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 5))
        let (reply, upstream) = try await world.running()
        upstream.send(.text("abc"))
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            #expect(await events.next() == .text("abc"))
        }
        await world.gate.tick()
        world.clock.advance(bySeconds: 4)
        await world.gate.tick()
        #expect(reply.ending == nil)
        world.clock.advance(bySeconds: 1)
        await world.gate.tick()
        #expect(await upstream.wasCancelled())
        #expect(try await reply.whole().ending.outcome == .abandoned)
        #expect(try await world.balance() == [13, 0, 9987])
    }

    @Test func aReaderWhoComesBackInTimeFindsItRunning() async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 5))
        let (reply, upstream) = try await world.running()
        await reply.listen { _ in }
        await world.gate.tick()
        world.clock.advance(bySeconds: 4)
        await reply.listen { _ in await world.gate.tick() }
        await world.gate.tick()
        world.clock.advance(bySeconds: 4)
        await world.gate.tick()
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
    }

    @Test func aReplyThatNobodyEverReadIsAbandonedToo() async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 0))
        let (_, upstream) = try await world.running()
        await world.gate.tick()
        world.clock.advance(bySeconds: 10)
        await world.gate.tick()
        #expect(await upstream.wasCancelled())
    }

    @Test func underTheDrainPolicyTheReplyIsReadToItsEnd() async throws {
        let world = try await GateFixture(disconnect: .drain)
        let (reply, upstream) = try await world.running()
        await reply.listen { _ in }
        await world.gate.tick()
        world.clock.advance(bySeconds: 3600)
        await world.gate.tick()
        upstream.send(.text("still here"))
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
    }

    @Test func aReaderAtAnotherWorkerKeepsItRunning() async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 0))
        let (reply, upstream) = try await watched(in: world)
        world.clock.advance(bySeconds: 29)
        await world.gate.tick()
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
    }

    @Test func whenThatReaderIsGoneTooItIsAbandoned() async throws {
        let world = try await GateFixture(disconnect: .cancel(graceSeconds: 0))
        let (_, upstream) = try await watched(in: world)
        world.clock.advance(bySeconds: 30)
        await world.gate.tick()
        #expect(await upstream.wasCancelled())
    }

    /// A reply whose reader went over to another worker, which says so for thirty seconds.
    private func watched(in world: GateFixture) async throws -> (LiveReply, ScriptedReply) {
        let (reply, upstream) = try await world.running()
        await reply.listen { _ in }
        let until = world.clock.now().advanced(bySeconds: 30)
        #expect(try await world.ledger.watch(reply.requestID, of: GateFixture.ada, until: until))
        return (reply, upstream)
    }

    // MARK: Stopping

    /// A reply that is slowed down is there before it is shown: it was produced, and is paid for.
    @Test(.timeLimit(.minutes(5))) func whatHadComeBeforeAStopIsCharged() async throws {
        let world = try await GateFixture.throttled()
        let (reply, upstream) = try await world.running()
        for number in 1...9 {
            upstream.send(.text("x"))
            try await until { reply.text.utf8.count == number }
            world.clock.advance(byMilliseconds: 20)
        }
        try await until { world.clock.sleepers > 0 }
        for _ in 0..<5 { upstream.send(.text("y")) }
        #expect(try await world.gate.stop(reply.requestID, of: GateFixture.ada))
        let (text, ending) = try await reply.whole()
        #expect(text == "xxxxxxxxxyyyyy" && ending.outcome == .stopped)
        #expect(try await world.balance() == [9574, 0, 426])
    }

    @Test func stopEndsTheReplyAtOnce() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text("abc"))
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            #expect(await events.next() == .text("abc"))
        }
        #expect(try await !world.gate.stop(reply.requestID, of: PersonID(rawValue: "eve")))
        #expect(try await world.gate.stop(reply.requestID, of: GateFixture.ada))
        #expect(await upstream.wasCancelled())
        #expect(try await reply.whole().ending.outcome == .stopped)
        #expect(try await world.balance() == [13, 0, 9987])
        #expect(try await !world.gate.stop(reply.requestID, of: GateFixture.ada))
    }

    @Test func stopAtAnotherWorkerIsHeardAtTheNextTick() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        let other = try world.anotherGate()
        #expect(try await other.stop(reply.requestID, of: GateFixture.ada))
        await world.gate.tick()
        #expect(await upstream.wasCancelled())
        #expect(try await reply.whole().ending.outcome == .stopped)
    }

    // MARK: Other workers

    /// Else a worker that is killed in between has shown what nobody is charged for.
    @Test func aPieceIsNotedBeforeItIsShown() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        let seen = Mutex<[String]>([])
        world.ledger.onNote { tokens in seen.withLock { $0.append("\(tokens) after \(reply.text)") } }
        upstream.send(.text("ab"), .text("c"))
        upstream.finish()
        #expect(try await reply.whole().text == "abc")
        #expect(seen.withLock { $0 } == ["2 after ", "3 after ab"])
    }

    @Test func anotherWorkerSeesWhatHasCome() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text("so far"))
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            #expect(await events.next() == .text("so far"))
            await world.gate.tick()
            await world.gate.tick()
        }
        #expect(
            world.transcript.progress == [ReplyProgress(requestID: reply.requestID, text: "so far", room: reply.room)])
        #expect(try await world.ledger.openHolds().map(\.streamedTokens) == [6])
    }

    @Test func aWorkerThatIsGoneIsSettledForByAnother() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        upstream.send(.text("abc"))
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            _ = await events.next()
            await world.gate.tick()
        }
        world.clock.advance(bySeconds: 61)
        let other = try world.anotherGate()
        await other.reap()
        #expect(try await world.balance() == [0, 110, 9890])
        await other.reap()
        #expect(try await world.balance() == [13, 0, 9987])
        let record = try #require(world.transcript.ended.first)
        #expect(record.text == nil)
        #expect(record.ending.outcome == .expired)
    }

    @Test func anUpstreamThatThinksForLongKeepsItsHoldAndCanBeStopped() async throws {
        let world = try await GateFixture()
        world.upstream.answer = .hang
        let prompt = GateFixture.prompt()
        let reader = Task { try await world.gate.submit(prompt) }
        _ = await world.upstream.next()
        world.clock.advance(bySeconds: 50)
        await world.gate.tick()
        world.clock.advance(bySeconds: 50)
        let other = try world.anotherGate()
        await other.reap()
        await other.reap()
        #expect(try await world.balance() == [0, 110, 9890])

        #expect(try await other.stop(prompt.requestID, of: GateFixture.ada))
        await world.gate.tick()
        await #expect(throws: GateError.stopped) { try await reader.value }
        #expect(try await world.balance() == [10, 0, 9990])
    }

    /// It was not gone, only slow: it must stop, as nothing is held for it any more, and pay the rest.
    @Test func aWorkerThatWasTakenForGoneStopsAndPaysTheRest() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        world.clock.advance(bySeconds: 61)
        let other = try world.anotherGate()
        await other.reap()
        await other.reap()
        #expect(try await world.balance() == [10, 0, 9990])
        upstream.send(.text("abc"))
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            #expect(await events.next() == .text("abc"))
            await world.gate.tick()
        }
        #expect(await upstream.wasCancelled())
        #expect(try await reply.whole().ending.usage.totalTokens == 13)
        #expect(try await world.balance() == [13, 0, 9987])
        #expect(try await world.book.database.discrepancies() == [])
    }

    /// `run` does by itself what the other tests do step by step.
    @Test func aRunningGateHearsAndSettlesForOtherWorkers() async throws {
        let world = try await GateFixture()
        let (_, lost) = try await world.running()
        world.clock.advance(bySeconds: 61)
        let gate = try world.anotherGate(Gate.Settings(tick: .milliseconds(1), ticksBetweenReaps: 1))
        let running = Task { await gate.run() }
        try await until { !world.transcript.ended.isEmpty }
        #expect(try await world.balance() == [10, 0, 9990])
        await world.gate.tick()
        #expect(await lost.wasCancelled())

        let reply = try await gate.submit(GateFixture.prompt())
        let upstream = await world.upstream.next()
        #expect(try await world.gate.stop(reply.requestID, of: GateFixture.ada))
        #expect(await upstream.wasCancelled())
        running.cancel()
        await running.value
    }

    // MARK: Shutting down

    @Test func drainingLetsRepliesEndAndTakesNoMore() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        let drained = Task { await world.gate.drain(upTo: .seconds(600)) }
        try await until { await world.gate.isDraining }
        await #expect(throws: GateError.shuttingDown) { try await world.gate.submit(GateFixture.prompt()) }
        upstream.send(.text("abc"))
        upstream.finish()
        await drained.value
        #expect(reply.ending?.outcome == .finished)
        #expect(try await world.balance() == [13, 0, 9987])
    }

    /// Its reader is still there, and may try again.
    @Test(arguments: [true, false])
    func whoIsCutOffByAWorkerThatEndsIsToldSo(isPage: Bool) async throws {
        let world = try await GateFixture()
        world.upstream.answer = .hang
        let reader = Task { try await world.gate.submit(isPage ? GateFixture.prompt() : GateAPITests.prompt()) }
        _ = await world.upstream.next()
        await world.gate.noteEnding()
        reader.cancel()
        await world.gate.tick()
        await #expect(throws: GateError.shuttingDown) { try await reader.value }
    }

    @Test func whatDoesNotEndInTimeIsStoppedAndSettled() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running()
        await world.gate.drain(upTo: .zero)
        #expect(await upstream.wasCancelled())
        #expect(reply.ending?.outcome == .shutDown)
        #expect(try await world.balance() == [10, 0, 9990])
        #expect(try await world.ledger.openHolds() == [])
    }

    @Test func drainingEndsEvenWhenTheStoreIsGone() async throws {
        let world = try await GateFixture()
        let (reply, _) = try await world.running()
        world.ledger.isBroken = true
        await world.gate.drain(upTo: .zero)
        #expect(reply.ending?.outcome == .shutDown)
    }
}
