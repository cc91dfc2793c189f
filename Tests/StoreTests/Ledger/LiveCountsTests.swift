import Core
import Foundation
import Testing

@testable import Store

/// What is known of a reply when its worker is gone.
struct LiveCountsTests {
    let file: TemporaryDatabase
    private var path: String { file.path + "-live" }

    init() throws {
        file = try TemporaryDatabase()
    }

    @Test func anotherWorkerSeesEachPieceAtOnce() throws {
        let mine = try #require(LiveCounts(path: path))
        let theirs = try #require(LiveCounts(path: path))
        let request = RequestID.random()
        #expect(theirs.tokens(of: request) == nil)
        mine.open(request)
        #expect(theirs.tokens(of: request) == 0)
        mine.note(7, of: request)
        mine.note(19, of: request)
        #expect(theirs.tokens(of: request) == 19)
        theirs.close(request)
        #expect(mine.tokens(of: request) == nil)
        mine.note(20, of: request)
        #expect(theirs.tokens(of: request) == nil)
    }

    /// A worker that is killed while it takes the place leaves it as it was.
    @Test func aPlaceThatIsLeftHasNoCount() throws {
        let counts = try #require(LiveCounts(path: path))
        let request = RequestID.random()
        counts.open(request)
        counts.note(7, of: request)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).contains { $0 != 0 })
        counts.close(request)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).allSatisfy { $0 == 0 })
    }

    @Test func twoThousandRequestsAtOnceKeepTheirOwn() throws {
        let counts = try #require(LiveCounts(path: path))
        let requests = (0..<2_000).map { _ in RequestID.random() }
        for request in requests { counts.open(request) }
        for (number, request) in requests.enumerated() { counts.note(Int64(number), of: request) }
        for (number, request) in requests.enumerated() { #expect(counts.tokens(of: request) == Int64(number)) }
        for request in requests { counts.close(request) }
        #expect(requests.allSatisfy { counts.tokens(of: $0) == nil })
        let next = RequestID.random()
        counts.open(next)
        #expect(counts.tokens(of: next) == 0)
    }

    /// Of workers that were killed right after they had settled.
    @Test func slotsOfRequestsThatAreOverAreFreedWhenAWorkerBegins() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let counts = try #require(LiveCounts(path: book.file.path + "-live"))
        let ledger = SQLLedger(database: book.database, live: counts)
        let (held, over) = (LedgerFixture.request(prompt: 10, reply: 100), RequestID.random())
        _ = try await ledger.hold(held, at: .start)
        counts.open(over)
        counts.note(7, of: held.requestID)
        counts.note(8, of: over)
        _ = try await SQLStore.open(path: book.file.path, time: StillClock())
        #expect(counts.tokens(of: over) == nil && counts.tokens(of: held.requestID) == 7)
    }

    @Test func whereItCannotBeMadeThereIsNone() throws {
        #expect(LiveCounts(path: file.folder + "/nowhere/live") == nil)
        try FileManager.default.createSymbolicLink(atPath: file.folder + "/link", withDestinationPath: path)
        #expect(LiveCounts(path: file.folder + "/link") == nil)
    }

    @Test func whatWasReadSinceTheLastRefreshIsChargedForAWorkerThatIsGone() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let gone = SQLLedger(database: try book.file.open(), live: LiveCounts(path: path))
        let other = SQLLedger(database: book.database, live: LiveCounts(path: path))
        let request = LedgerFixture.request(prompt: 10, reply: 100)
        _ = try await gone.hold(request, at: .start)
        _ = try await gone.refresh(
            [HoldProgress(requestID: request.requestID, streamedTokens: 20)], leaseUntil: request.leaseUntil)
        gone.note(37, of: request.requestID)
        let later = request.leaseUntil.advanced(bySeconds: 1)
        let settled = try await other.reap(at: later)
        #expect(settled.map(\.usage.completionTokens) == [37])
        #expect(other.live?.tokens(of: request.requestID) == nil)
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func aCountThatCannotBeIsBoundedByTheReplysCap() async throws {
        let book = try await LedgerFixture()
        let ledger = SQLLedger(database: book.database, live: LiveCounts(path: path))
        let request = LedgerFixture.request(prompt: 10, reply: 100)
        _ = try await ledger.hold(request, at: .start)
        ledger.note(.max, of: request.requestID)
        let later = request.leaseUntil.advanced(bySeconds: 1)
        #expect(try await ledger.reap(at: later).map(\.usage.completionTokens) == [100])
    }

    @Test func whoIsSettledOrReleasedLeavesNoTrace() async throws {
        let book = try await LedgerFixture()
        let live = try #require(LiveCounts(path: path))
        let ledger = SQLLedger(database: book.database, live: live)
        let requests = (0..<2).map { _ in LedgerFixture.request(prompt: 10, reply: 100) }
        for request in requests { _ = try await ledger.hold(request, at: .start) }
        #expect(requests.map { live.tokens(of: $0.requestID) } == [0, 0])
        let usage = Usage(promptTokens: 10, completionTokens: 5, source: .counted)
        _ = try await ledger.settle(requests[0].requestID, as: Ending(usage: usage, outcome: .finished), at: .start)
        try await ledger.release(requests[1].requestID)
        #expect(requests.map { live.tokens(of: $0.requestID) } == [nil, nil])
    }
}
