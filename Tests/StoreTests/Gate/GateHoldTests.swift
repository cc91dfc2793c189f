import Core
import GateTestSupport
import Synchronization
import Testing
import Tokenizer

@testable import Store

/// A hold begins with what is usual, and grows with its reply. Each prompt has ten tokens, each byte of a reply is one.
@Suite(.timeLimit(.minutes(5)))
struct GateHoldTests {
    /// Asks for a reply of any length.
    private static var open: Prompt { GateFixture.prompt(maxReplyTokens: nil) }

    @Test func onlyWhatIsUsualIsHeldAtFirst() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.open)
        #expect(try await world.balance() == [0, 266, 9734])
        #expect(upstream.call.maxCompletionTokens == 4000)
        #expect(reply.replyCap == 4000)
    }

    @Test func aModelWhoseRepliesCannotBeCountedAsTheyComeIsHeldWhole() async throws {
        let world = try await GateFixture(holdsWholeReply: true)
        _ = try await world.running(Self.open)
        #expect(try await world.balance() == [0, 4010, 5990])
    }

    @Test func aHoldGrowsBeforeItsReplyPassesIt() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.open)
        try await read(256, of: reply, from: upstream)
        #expect(try await world.balance() == [0, 266, 9734])
        try await read(1, of: reply, from: upstream)
        #expect(try await world.balance() == [0, 394, 9606])
        try await read(768, of: reply, from: upstream)
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
        #expect(try await world.balance() == [1035, 0, 8965])
    }

    @Test func aLongPieceIsHeldBeforeItIsRead() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.open)
        upstream.send(.text(String(repeating: "x", count: 1000)))
        #expect(await first(of: reply) == String(repeating: "x", count: 1000))
        #expect(try await world.balance() == [0, 1010, 8990])
    }

    // MARK: Where no more can be held

    @Test func aReplyEndsWhereALimitLeavesNoMore() async throws {
        let world = try await GateFixture(limit: 600)
        try await world.book.watch()
        let (reply, upstream) = try await world.running(Self.open)
        let (_, _) = try await world.running(Self.open)
        for _ in 0..<400 { upstream.send(.text("x")) }
        #expect(await upstream.wasCancelled())
        let (text, ending) = try await reply.whole()
        #expect(text.utf8.count == 324)
        #expect(ending.outcome == .limited)
        #expect(ending.finishReason == .length)
        #expect(ending.limitedBy?.window == .day)
        #expect(ending.room == ReplyRoom(tokens: 324, limit: ending.limitedBy?.name, until: ending.limitedBy?.resetsAt))
        #expect(ending.usage == Usage(promptTokens: 10, completionTokens: 324, source: .counted))
        #expect(try await world.balance() == [334, 266, 0])
        #expect(try await world.book.breaches() == 0)
    }

    @Test func whatOthersGiveBackMeanwhileIsTakenBeforeAReplyEnds() async throws {
        let world = try await GateFixture(limit: 600)
        let (reply, upstream) = try await world.running(Self.open)
        let (other, others) = try await world.running(Self.open)
        try await read(300, of: reply, from: upstream)
        others.finish()
        _ = try await other.whole()
        try await read(200, of: reply, from: upstream)
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
        #expect(try await world.balance() == [520, 0, 80])
    }

    @Test func ofAPieceThatDoesNotFitItsBeginningIsTaken() async throws {
        let world = try await GateFixture(limit: 600)
        try await world.book.watch()
        let (reply, upstream) = try await world.running(Self.open)
        let (_, _) = try await world.running(Self.open)
        upstream.send(
            .text(String(repeating: "é", count: 400)), .passage(Array("never".utf8)), .usage(reported(10, 800)))
        let (text, ending) = try await reply.whole()
        #expect(text == String(repeating: "é", count: 162))
        #expect(ending.usage.completionTokens == 324)
        #expect(try await world.book.breaches() == 0)
    }

    @Test func aReplyEndsWhereTheLedgerCannotBeAsked() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.open)
        world.ledger.isBroken = true
        for _ in 0..<400 { upstream.send(.text("x")) }
        #expect(await upstream.wasCancelled())
        world.ledger.isBroken = false
        let ending = try await reply.whole().ending
        #expect(ending.outcome == .limited)
        #expect(ending.limitedBy == nil)
        #expect(ending.room == ReplyRoom(tokens: 256))
        await world.gate.tick()
        #expect(try await world.balance() == [266, 0, 9734])
    }

    @Test func aReplyWhoseHoldIsGoneEnds() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.open)
        world.clock.advance(bySeconds: 61)
        let other = try world.anotherGate()
        await other.reap()
        await other.reap()
        for _ in 0..<400 { upstream.send(.text("x")) }
        #expect(await upstream.wasCancelled())
        #expect(try await reply.whole().ending.outcome == .expired)
        #expect(try await world.balance() == [266, 0, 9734])
    }

    // MARK: What cannot be counted

    @Test func whatIsOnlyEstimatedIsHeldByItsBytes() async throws {
        let world = try await GateFixture(meter: EstimatingMeter())
        let (reply, upstream) = try await world.running(Self.open)
        #expect(try await world.balance()[1] == 259)
        for _ in 0..<65 { upstream.send(.text("four")) }
        await reading(260, of: reply)
        #expect(try await world.balance()[1] == 387)
        upstream.finish()
        #expect(try await reply.whole().ending.usage.completionTokens == 65)
    }

    @Test func aModelThatThinksUnseenIsHeldWholeFromThenOn() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.open)
        upstream.send(.text("short"), .usage(reported(10, 500)))
        upstream.finish()
        #expect(try await reply.whole().ending.usage.completionTokens == 500)
        _ = try await world.running(Self.open)
        #expect(try await world.balance() == [510, 4010, 5480])
    }

    @Test func anotherCountOfTheSameTextIsNoSecret() async throws {
        let world = try await GateFixture()
        let (reply, upstream) = try await world.running(Self.open)
        upstream.send(.text(String(repeating: "x", count: 100)), .usage(reported(10, 126)))
        upstream.finish()
        _ = try await reply.whole()
        _ = try await world.running(Self.open)
        #expect(try await world.balance()[1] == 266)
    }

    // MARK: Many at once

    /// As the workload that other gateways were measured with: 10 and 500 tokens, no cap, on a limit of 10,000.
    @Test(arguments: [[500]])
    func ofManyAtOnceTheLimitIsUsedAndHardlyAReplyCut(lengths: [Int]) async throws {
        let world = try await GateFixture(limit: 10_000_000)
        let workers = [world.gate, try world.anotherGate()]
        world.upstream.play(lengths)
        let time = world.clock.run()
        defer { time.cancel() }
        for _ in 0..<20 { _ = try await world.gate.submit(Self.open).whole() }
        let before = try await world.balance()[0]
        try await world.book.lower(to: before + 10_000)
        try await world.book.watch()

        let endings = await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask { try? await workers[number % 2].submit(Self.open).whole().ending }
            }
            return await group.reduce(into: [ReplyEnding]()) { if let ending = $1 { $0.append(ending) } }
        }
        let used = try await world.balance()[0] - before
        let cut = endings.count { $0.finishReason == .length }
        #expect(used >= 9000 && used <= 10_000)
        #expect(cut * 20 <= endings.count, "\(cut) of \(endings.count) were cut")
        #expect(try await world.book.breaches() == 0)
        #expect(try await world.book.database.discrepancies() == [])
    }

    private func read(_ bytes: Int, of reply: LiveReply, from upstream: ScriptedReply) async throws {
        let total = reply.text.utf8.count + bytes
        for _ in 0..<bytes { upstream.send(.text("x")) }
        await reading(total, of: reply)
    }

    /// Returns when so much of the reply was read.
    private func reading(_ bytes: Int, of reply: LiveReply) async {
        await reply.listen { events in
            for await _ in events where reply.text.utf8.count >= bytes { return }
        }
    }

    private func first(of reply: LiveReply) async -> String? {
        await reply.listen { events in
            var events = events.makeAsyncIterator()
            guard case .text(let text) = await events.next() else { return nil }
            return text
        }
    }

    private func reported(_ prompt: Int64, _ completion: Int64) -> Usage {
        Usage(promptTokens: prompt, completionTokens: completion, source: .reported)
    }
}

/// A quarter of the bytes, and not sure of it.
private struct EstimatingMeter: TokenMeter {
    private let bytes = ByteMeter()

    func count(_ text: String, for model: MeteredModel) -> TokenCount { estimate(bytes.count(text, for: model)) }

    func count(_ messages: [ChatMessage], for model: MeteredModel) -> TokenCount {
        estimate(bytes.count(messages, for: model))
    }

    func measure(_ prompt: CountablePrompt, for model: MeteredModel) -> PromptMeasure {
        let measure = bytes.measure(prompt, for: model)
        return PromptMeasure(count: estimate(measure.count), unmeterable: measure.unmeterable)
    }

    private func estimate(_ count: TokenCount) -> TokenCount {
        TokenCount(tokens: (count.tokens + 3) / 4, isExact: false)
    }
}

extension ScriptedUpstream {
    /// Answers every call with a reply of the next one of `lengths`, four bytes at a time.
    func play(_ lengths: [Int]) {
        let played = Mutex(0)
        answer = .play { reply in
            let number = played.withLock { number in
                defer { number += 1 }
                return number
            }
            let wanted = lengths[number % lengths.count]
            let length = min(wanted, Int(reply.call.maxCompletionTokens))
            for start in stride(from: 0, to: length, by: 4) {
                reply.send(.text(String("four".prefix(length - start))))
                await Task.yield()
            }
            reply.finish(length < wanted ? .length : .stop)
        }
    }
}

extension LedgerFixture {
    func lower(to amount: Int64) async throws {
        try await database.write { session in try session.execute("UPDATE quota_limit SET amount = $1", amount) }
    }

    /// Notes from now on every change of an account that makes more taken than its limit allows.
    func watch() async throws {
        try await database.write { session in
            try session.run(
                script: """
                    CREATE TABLE breach (account INTEGER, taken INTEGER);
                    CREATE TRIGGER no_breach_by_update AFTER UPDATE ON account
                    WHEN new.used + new.held - new.refilled > (SELECT amount FROM quota_limit WHERE id = new.limit_id)
                    BEGIN INSERT INTO breach VALUES (new.id, new.used + new.held); END;
                    CREATE TRIGGER no_breach_by_insert AFTER INSERT ON account
                    WHEN new.used + new.held - new.refilled > (SELECT amount FROM quota_limit WHERE id = new.limit_id)
                    BEGIN INSERT INTO breach VALUES (new.id, new.used + new.held); END;
                    """)
        }
    }

    func breaches() async throws -> Int64 {
        try await database.read { session in try session.onlyRow("SELECT COUNT(*) AS count FROM breach")["count"] }
    }
}
