import Core
import SeededRandom
import Testing

@testable import Store

/// Token buckets on the ledger, on a clock that the tests move.
struct LedgerBucketTests {
    private let noon = Timestamp.start

    /// Capacity 10,000, a hundred a second; 2,000 are taken, and everything else after the other.
    @Test func itIsDrainedAndFlowsBackSecondBySecond() async throws {
        let book = try await bucket(10_000, perSecond: 100)
        let (first, _) = try await book.held(LedgerFixture.request(prompt: 1500, reply: 500))
        for second in 0...30 {
            let now = noon.advanced(bySeconds: Int64(second))
            #expect(try await book.balance(at: now)[2] == min(10_000, 8000 + 100 * Int64(second)))
        }
        // What it did not use comes back at once, and no more than the bucket holds.
        let later = noon.advanced(bySeconds: 10)
        _ = try await book.ledger.settle(first, as: .finished(prompt: 500, completion: 500), at: later)
        #expect(try await book.balance(at: later)[2] == 10_000)
        let (second, _) = try await book.held(
            LedgerFixture.request(prompt: 10_000, reply: 1, minimum: 0, at: later), at: later)
        #expect(try await book.balance(at: later)[2] == 0)
        let refusal = try await book.refusal(LedgerFixture.request(prompt: 249, at: later), at: later)
        #expect(refusal.resetsAt == later.advanced(bySeconds: 2).advanced(bySeconds: 1).earlier(milliseconds: 500))
        #expect(refusal.canEverFit && refusal.window == .bucket)
        let soon = later.advanced(bySeconds: 2)
        await #expect(throws: LedgerFixture.NotGranted.self) {
            try await book.held(LedgerFixture.request(prompt: 249, at: soon), at: soon)
        }
        let then = later.advanced(bySeconds: 3)
        _ = try await book.held(LedgerFixture.request(prompt: 249, reply: 1, at: then), at: then)
        #expect(try await book.balance(at: then)[2] == 50)
        _ = try await book.ledger.settle(second, as: .finished(prompt: 10_000, completion: 0), at: then)
        #expect(try await book.balance(at: then)[2] == 50)
        #expect(try await book.database.discrepancies() == [])
    }

    /// An upstream that took more than it was allowed leaves less than nothing, and that has to flow back first.
    @Test func anOverdrawnBucketSaysWhenThereWillReallyBeRoom() async throws {
        let book = try await bucket(1000, perSecond: 10)
        let (id, _) = try await book.held()
        _ = try await book.ledger.settle(id, as: .finished(prompt: 100, completion: 1400), at: noon)
        let refusal = try await book.refusal(LedgerFixture.request(prompt: 100, minimum: 100))
        #expect(refusal.available == 0 && refusal.needed == 200 && refusal.canEverFit)
        let then = noon.advanced(bySeconds: 70)
        #expect(refusal.resetsAt == then)
        let tooEarly = then.earlier(milliseconds: 1)
        _ = try await book.refusal(LedgerFixture.request(prompt: 100, minimum: 100, at: tooEarly), at: tooEarly)
        _ = try await book.held(LedgerFixture.request(prompt: 100, minimum: 100, at: then), at: then)
    }

    /// In the long run nobody takes more than what flows, whatever is asked for and however much of it is used.
    @Test(arguments: [UInt64](1...6))
    func inNoSpanMoreIsTakenThanItHeldAndWhatFlowed(seed: UInt64) async throws {
        let book = try await bucket(1000, perSecond: 10)
        var random = SeededGenerator(seed: seed)
        var now = noon
        var taken: [(at: Timestamp, amount: Int64)] = []
        for _ in 0..<120 {
            now = Timestamp(milliseconds: now.milliseconds + .random(in: -2000...9000, using: &random))
            let request = LedgerFixture.request(
                prompt: .random(in: 1...300, using: &random), reply: .random(in: 1...300, using: &random), at: now)
            guard case .granted(let allowance) = try await book.ledger.hold(request, at: now) else { continue }
            let reply = Int64.random(in: 0...allowance.replyCap, using: &random)
            let usage = Ending.finished(prompt: request.demand.promptTokens, completion: reply)
            _ = try await book.ledger.settle(request.requestID, as: usage, at: now)
            taken.append((now, usage.usage.totalTokens))
        }
        for (index, first) in taken.enumerated() {
            var sum: Int64 = 0
            var latest = first.at
            for next in taken[index...] {
                sum += next.amount
                latest = max(latest, next.at)
                let flowed = (latest.milliseconds - min(first.at.milliseconds, latest.milliseconds)) / 100 + 1
                // A clock that stepped back makes the span look shorter than what was counted.
                #expect(sum <= 1000 + max(flowed, spanOfMaximum(taken[...index], latest)), "seed \(seed)")
            }
        }
        #expect(try await book.database.discrepancies() == [])
    }

    /// What could have flowed until `latest` since the furthest that the clock had been before.
    private func spanOfMaximum(_ before: ArraySlice<(at: Timestamp, amount: Int64)>, _ latest: Timestamp) -> Int64 {
        let furthest = before.map(\.at.milliseconds).max() ?? latest.milliseconds
        return max(0, latest.milliseconds - furthest) / 100 + 1
    }

    @Test func severalBucketsOnOneWayAreAllAsked() async throws {
        let book = try await bucket(10_000, perSecond: 100)
        try await book.limit(2, .requests, per: .bucket, refill: 500_000)
        _ = try await book.held(LedgerFixture.request(prompt: 10, reply: 10))
        _ = try await book.held(LedgerFixture.request(prompt: 10, reply: 10))
        let refusal = try await book.refusal(LedgerFixture.request(prompt: 10, reply: 10))
        #expect(refusal.meter == .requests && refusal.resetsAt == noon.advanced(bySeconds: 2))
    }

    private func bucket(_ capacity: Int64, perSecond: Int64) async throws -> LedgerFixture {
        let book = try await LedgerFixture()
        try await book.limit(capacity, per: .bucket, refill: perSecond * 1_000_000)
        return book
    }
}

extension Timestamp {
    fileprivate func earlier(milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds - milliseconds)
    }
}
