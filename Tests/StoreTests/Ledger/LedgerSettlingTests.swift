import Core
import Testing

@testable import Store

/// Every hold ends once, whoever ends it.
struct LedgerSettlingTests {
    private let noon = Timestamp.start

    // MARK: Once only

    @Test func aRequestIsHeldOnce() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let request = LedgerFixture.request()
        _ = try await book.held(request)
        await #expect(throws: LedgerFailure.duplicateRequest) { try await book.ledger.hold(request, at: noon) }
        _ = try await book.ledger.settle(request.requestID, as: .finished(), at: noon)
        await #expect(throws: LedgerFailure.duplicateRequest) { try await book.ledger.hold(request, at: noon) }
        #expect(try await book.balance() == [150, 0, 850])
    }

    @Test func settlingTwiceChargesOnce() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (request, _) = try await book.held()
        let first = try await book.ledger.settle(request, as: .finished(completion: 10), at: noon)
        let second = try await book.ledger.settle(request, as: .finished(completion: 90), at: noon)
        #expect(first == second)
        #expect(try await book.balance() == [110, 0, 890])
    }

    @Test func aReleasedHoldCostsNothingNotEvenTheRequest() async throws {
        let book = try await LedgerFixture()
        try await book.limit(5, .requests, per: .minute)
        let (request, _) = try await book.held()
        try await book.ledger.release(request)
        try await book.ledger.release(request)
        #expect(try await book.balance() == [0, 0, 5])
        await #expect(throws: LedgerFailure.unknownRequest) {
            try await book.ledger.settle(request, as: .finished(), at: noon)
        }
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func whatWasSettledIsNotReleased() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (request, _) = try await book.held()
        _ = try await book.ledger.settle(request, as: .finished(), at: noon)
        try await book.ledger.release(request)
        #expect(try await book.balance() == [150, 0, 850])
    }

    // MARK: Workers that are gone

    @Test func aHoldWhoseOwnerIsGoneIsChargedForPromptAndWhatWasStreamed() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (request, _) = try await book.held()
        let standings = try await book.ledger.refresh(
            [HoldProgress(requestID: request, streamedTokens: 37)], leaseUntil: noon.advanced(bySeconds: 90))
        #expect(standings == [request: HoldStanding(isAskedToStop: false, watchedUntil: nil)])

        let other = try book.anotherWorker()
        #expect(try await other.reap(at: noon.advanced(bySeconds: 90)) == [])
        let reaped = try await other.reap(at: noon.advanced(bySeconds: 91))
        #expect(reaped.map(\.outcome) == [.expired])
        #expect(try await book.balance() == [137, 0, 863])
        #expect(try await book.ledger.reap(at: noon.advanced(bySeconds: 92)) == [])
        #expect(
            try await book.ledger.refresh([HoldProgress(requestID: request, streamedTokens: 40)], leaseUntil: noon)
                == [:])
    }

    @Test func aWorkerThatWasOnlySlowAddsWhatItUsedBeyondTheChargeOnce() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        try await book.limit(10, .requests, scope: .person, subject: "ada")
        let (request, _) = try await book.held()
        _ = try await book.ledger.reap(at: noon.advanced(bySeconds: 61))
        #expect(try await book.balance() == [100, 0, 900])

        let late = try await book.ledger.settle(request, as: .finished(completion: 60), at: noon)
        #expect(late.usage.totalTokens == 160)
        #expect(late.outcome == .finished)
        #expect(try await book.balance() == [160, 0, 840])
        #expect(try await book.ledger.settle(request, as: .finished(completion: 99), at: noon) == late)
        #expect(try await book.balance() == [160, 0, 840])
        let total = try await book.history.total(of: PersonID(rawValue: "ada"), from: noon, to: noon.nextSlot)
        #expect(total.requests == 1)
        #expect(total.totalTokens == 160)
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func aWorkerThatWasOnlySlowGetsNothingBack() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (request, _) = try await book.held()
        _ = try await book.ledger.reap(at: noon.advanced(bySeconds: 61))
        let late = try await book.ledger.settle(request, as: .finished(prompt: 80, completion: 0), at: noon)
        #expect(late.usage.totalTokens == 100)
        #expect(try await book.balance() == [100, 0, 900])
    }

    @Test func twoWorkersThatReapAtOnceChargeOnce() async throws {
        let book = try await LedgerFixture()
        try await book.limit(100_000)
        for _ in 0..<50 { _ = try await book.held() }
        let other = try book.anotherWorker()
        let later = noon.advanced(bySeconds: 61)
        async let mine = book.ledger.reap(at: later)
        async let theirs = other.reap(at: later)
        #expect(try await mine.count + theirs.count == 50)
        #expect(try await book.balance() == [5000, 0, 95_000])
    }

    @Test func aStopAskedElsewhereIsSeenByTheOwner() async throws {
        let book = try await LedgerFixture()
        let (request, _) = try await book.held()
        let other = try book.anotherWorker()
        #expect(try await !other.askToStop(request, of: PersonID(rawValue: "eve")))
        #expect(try await !other.askToStop(.random(), of: PersonID(rawValue: "ada")))
        #expect(try await other.askToStop(request, of: PersonID(rawValue: "ada")))
        #expect(try await other.watch(request, of: PersonID(rawValue: "ada"), until: noon))
        let standings = try await book.ledger.refresh(
            [HoldProgress(requestID: request, streamedTokens: 1)], leaseUntil: noon.advanced(bySeconds: 60))
        #expect(standings[request] == HoldStanding(isAskedToStop: true, watchedUntil: noon))
    }
}

extension Timestamp {
    fileprivate var nextSlot: Timestamp { Timestamp(milliseconds: milliseconds + UsageSlot.milliseconds) }
}
