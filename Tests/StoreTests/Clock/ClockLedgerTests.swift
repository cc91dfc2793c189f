import Core
import Foundation
import GateTestSupport
import Testing

@testable import Store

/// What limits count when the clock is wrong for a while, and when it is put right; and on the days that are odd by
/// themselves.
struct ClockLedgerTests {
    private let noon = Timestamp.start
    private static let day: Int64 = 86_400

    /// A little, a lot, and beyond what 32 bits can count.
    static let jumps: [Int64] = [2, 3600, 3601, day, 31 * day, 400 * day, 20 * 365 * day, -2, -3600, -day, -400 * day]

    /// Whatever was taken while the clock was wrong, today has what was left of it, and returns when it said.
    @Test(arguments: jumps)
    func aWrongClockCostsNobodyMoreThanTheWindowsThatItShowed(jump: Int64) async throws {
        let book = try await LedgerFixture()
        for window in [Window.minute, .hour, .day, .week, .month] { try await book.limit(500, per: window) }
        try await settle(book, at: noon)
        let before = try await standing(book, at: noon)

        let wrong = noon.advanced(bySeconds: jump)
        try await settle(book, at: wrong)
        try await settle(book, at: wrong.advanced(bySeconds: 1))
        try await expectSound(book, at: wrong)

        let after = try await standing(book, at: noon)
        for window in [Window.minute, .hour, .day, .week, .month] {
            let (then, now) = (try #require(before[window]), try #require(after[window]))
            #expect(now.used == then.used || now.used == then.used + 300 || now.windowStart > noon, "\(window)")
            #expect(try #require(now.resetsAt) <= noon.longestReset(of: window), "\(window)")
        }
        try await expectSound(book, at: noon)
        // Nobody waits longer than for the window after this one.
        for window in [Window.minute, .hour, .day, .week, .month] {
            let next = try #require(after[window]?.resetsAt)
            let following = try #require(try await standing(book, at: next)[window])
            #expect(following.used == 0 || following.used == 300 && jump > 0, "\(window)")
        }
        #expect(try await book.database.discrepancies() == [])
    }

    /// The clock goes over the edge of a window twice: it is one window for both.
    @Test func aClockThatIsPutBackALittleReopensNoWindow() async throws {
        let book = try await LedgerFixture()
        try await book.limit(300)
        let midnight = noon.advanced(bySeconds: 11 * 3600)
        _ = try await book.held(at: midnight.advanced(bySeconds: -60))
        _ = try await book.held(at: midnight.advanced(bySeconds: 60))
        let refusal = try await book.refusal(at: midnight.advanced(bySeconds: -1800))
        #expect(refusal.held == 200 && refusal.resetsAt == midnight.advanced(bySeconds: Self.day))
    }

    /// What was taken on a day stays taken, however often the clock comes by.
    @Test func aDayThatTheClockComesBackToHasWhatIsLeftOfIt() async throws {
        let book = try await LedgerFixture()
        try await book.limit(300)
        for days in [0, 400, 0, -400, 400, 0] as [Int64] {
            let moment = noon.advanced(bySeconds: days * Self.day)
            if try await book.balance(at: moment)[1] == 0 { _ = try await book.held(at: moment) }
            #expect(try await book.balance(at: moment) == [0, 200, 100])
            let refusal = try await book.refusal(at: moment)
            #expect(try #require(refusal.resetsAt) <= moment.advanced(bySeconds: 25 * 3600))
        }
    }

    @Test(arguments: [59, 61, 3600, 400 * day] as [Int64])
    func aBucketFlowsOnWhenTheClockIsPutBack(seconds: Int64) async throws {
        let book = try await LedgerFixture()
        try await book.limit(200, per: .bucket, refill: 10_000_000)
        _ = try await book.held(at: noon.advanced(bySeconds: seconds))
        let refusal = try await book.refusal(at: noon)
        let patience = seconds < 60 ? seconds + 20 : 20
        #expect(try #require(refusal.resetsAt) <= noon.advanced(bySeconds: patience))
        _ = try await book.held(at: noon.advanced(bySeconds: patience))
        #expect(try await book.database.discrepancies() == [])
    }

    /// Its lease runs for a year, and nobody shortens it.
    @Test func theHoldOfAWorkerThatDiedWhileTheClockWasAheadIsSettled() async throws {
        let world = try await GateFixture()
        world.clock.advance(bySeconds: 400 * Self.day)
        _ = try await world.running()
        world.clock.advance(bySeconds: -400 * Self.day)
        let other = try world.anotherGate()
        for _ in 1...16 {
            await other.reap()
            world.clock.advance(bySeconds: 10)
        }
        #expect(try await world.book.ledger.openHolds().isEmpty)
        #expect(try await world.book.database.discrepancies() == [])
    }

    @Test(arguments: [-400 * day, -3600, 3600, 400 * day])
    func aWorkerThatLivesIsTakenForGoneByNoJump(jump: Int64) async throws {
        let world = try await GateFixture(disconnect: .drain)
        let (reply, upstream) = try await world.running()
        let other = try world.anotherGate()
        for step in [10, 10, jump, 10, 10, -jump, 10, 10] as [Int64] {
            world.clock.advance(bySeconds: step)
            await other.reap()
            await world.gate.tick()
        }
        upstream.send(.text("whole"))
        upstream.finish()
        #expect(try await reply.whole().ending.outcome == .finished)
        #expect(try await world.book.database.discrepancies() == [])
    }

    @Test func whoWaitsForATurnWaitsNoLongerForAClockThatIsPutBack() async throws {
        let book = try await LedgerFixture()
        try await book.limit(300)
        try await book.rules([], queue: QueueBounds(length: 10, seconds: 30, waitsForHolds: true))
        let ahead = noon.advanced(bySeconds: 400 * Self.day)
        for moment in [ahead, noon] { _ = try await book.held(at: moment) }
        let late = LedgerFixture.request(mayWait: true)
        #expect(try await isQueued(book, late, at: ahead))
        #expect(try await isQueued(book, late, at: noon))
        #expect(try await !isQueued(book, late, at: noon.advanced(bySeconds: 31)))
    }

    // MARK: Odd days

    /// Full at the beginning, refused until the last second, and free at the announced moment: 23 and 25 hours, half an
    /// hour more or less, a reset hour that the clocks jump over, a leap day, and the day after 32 bits.
    @Test(arguments: [
        ("Europe/Berlin", 0, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", 0, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("Europe/Berlin", 2, "2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z"),
        ("America/New_York", 0, "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
        ("America/New_York", 0, "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
        ("America/New_York", 2, "2026-03-07T07:00:00Z", "2026-03-08T07:00:00Z"),
        ("Australia/Lord_Howe", 0, "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"),
        ("Australia/Lord_Howe", 0, "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"),
        ("Australia/Lord_Howe", 2, "2026-10-02T15:30:00Z", "2026-10-03T15:30:00Z"),
        ("UTC", 0, "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"),
        ("UTC", 0, "2038-01-19T00:00:00Z", "2038-01-20T00:00:00Z"),
    ])
    func anOddDayHasOneAllowanceAndReturnsOnce(zone: String, resetHour: Int, start: String, end: String) async throws {
        let book = try await LedgerFixture()
        try await book.database.write { session in
            try session.execute("UPDATE organization SET time_zone = $1, reset_hour = $2", zone, resetHour)
        }
        try await book.limit(300)
        let (start, end) = (try moment(start), try moment(end))
        try await settle(book, at: start)
        #expect(try await book.balance(at: start.advanced(bySeconds: -1)) == [150, 0, 150], "it has not begun twice")
        _ = try await book.held(LedgerFixture.request(reply: 50), at: start.advanced(bySeconds: 3600))
        var now = start
        while now < end {
            let refusal = try await book.refusal(at: now)
            try #require(refusal.resetsAt == end && refusal.used == 150 && refusal.held == 150)
            now = now.advanced(bySeconds: 900)
        }
        #expect(try await book.refusal(at: end.advanced(bySeconds: -1)).resetsAt == end)
        _ = try await book.held(at: end)
        #expect(try await book.balance(at: end) == [0, 200, 100])
    }

    // MARK: Doing it

    /// A hundred and fifty tokens.
    private func settle(_ book: LedgerFixture, at now: Timestamp) async throws {
        let (request, _) = try await book.held(LedgerFixture.request(at: now), at: now)
        _ = try await book.ledger.settle(request, as: .finished(), at: now)
    }

    private func standing(_ book: LedgerFixture, at now: Timestamp) async throws -> [Window: Account] {
        let accounts = try await book.ledger.accounts(on: LedgerFixture.path(), at: now)
        return Dictionary(uniqueKeysWithValues: accounts.map { ($0.limit.window, $0) })
    }

    /// No limit is passed, and nothing returns in the past.
    private func expectSound(_ book: LedgerFixture, at now: Timestamp) async throws {
        for account in try await book.ledger.accounts(on: LedgerFixture.path(), at: now) {
            #expect(account.used + account.held <= account.amount)
            #expect(account.resetsAt.map { $0 > now } ?? true)
        }
    }

    private func isQueued(_ book: LedgerFixture, _ request: HoldRequest, at now: Timestamp) async throws -> Bool {
        if case .queued = try await book.ledger.hold(request, at: now) { true } else { false }
    }

    private func moment(_ text: String) throws -> Timestamp {
        let seconds = try Date.ISO8601FormatStyle().parse(text).timeIntervalSince1970
        return Timestamp(milliseconds: Int64(seconds) * 1000)
    }
}

extension Timestamp {
    /// When a window that counts now ends at the latest: what began too early, by as much as is tolerated, included.
    fileprivate func longestReset(of window: Window) -> Timestamp {
        switch window {
        case .minute: advanced(bySeconds: 120)
        case .hour: advanced(bySeconds: 7200)
        case .day: advanced(bySeconds: 26 * 3600)
        case .week: advanced(bySeconds: 7 * 86_400 + 7200)
        default: advanced(bySeconds: 31 * 86_400 + 7200)
        }
    }
}
