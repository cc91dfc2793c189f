import Core
import Testing

@testable import Store

/// Waiting for one's turn, over all workers.
struct LedgerQueueTests {
    private let noon = Timestamp.start

    @Test func nearTheLimitRequestsAreLetInAtASlowerPace() async throws {
        let book = try await throttled()
        _ = try await admitted(book, "ada", at: noon)
        guard case .queued(let place) = try await ask(book, "bob", at: noon) else {
            Issue.record("it was not queued")
            return
        }
        #expect(place.place == 1 && place.length == 1 && place.cause == .throttled)
        #expect(place.expectedSeconds == 5)
        let allowance = try await admitted(book, "cyd", at: noon.advanced(bySeconds: 6))
        #expect(allowance.reduction == 500_000)
    }

    @Test func oneWhoAsksAgainKeepsThePlaceAndIsLetInInTurn() async throws {
        let book = try await throttled()
        _ = try await admitted(book, "ada", at: noon)
        let bob = request("bob")
        let cyd = request("cyd")
        #expect(try await place(book, bob, 0) == 1)
        #expect(try await place(book, cyd, 1) == 2)
        #expect(try await place(book, bob, 2) == 1)
        #expect(try await place(book, cyd, 3) == 2)
        #expect(try await place(book, bob, 4) == 1)
        // The pace would allow somebody now, but cyd is the second.
        #expect(try await place(book, cyd, 6) == 2)
        #expect(try await place(book, bob, 6) == nil)
        #expect(try await place(book, cyd, 7) == 1)
        #expect(try await book.ledger.queueDepth(at: noon.advanced(bySeconds: 7)) == 1)
        #expect(try await place(book, cyd, 9) == 1)
        #expect(try await place(book, cyd, 11) == nil)
        #expect(try await book.ledger.queueDepth(at: noon.advanced(bySeconds: 11)) == 0)
    }

    /// One person's hundred requests do not stand before another's first.
    @Test func everybodyGetsATurnBeforeAnybodyGetsTwo() async throws {
        let book = try await throttled()
        _ = try await admitted(book, "eve", at: noon)
        let eves = (0..<5).map { _ in request("eve") }
        for eve in eves { _ = try await book.ledger.hold(eve, at: noon) }
        let bobs = (0..<2).map { _ in request("bob") }
        for bob in bobs { _ = try await book.ledger.hold(bob, at: noon) }
        #expect(try await place(book, eves[0], 0) == 1)
        #expect(try await place(book, bobs[0], 0) == 2)
        #expect(try await place(book, eves[1], 0) == 3)
        #expect(try await place(book, bobs[1], 0) == 4)
        #expect(try await place(book, eves[4], 0) == 7)
    }

    @Test func theMoreUrgentProjectGoesFirst() async throws {
        let book = try await throttled()
        for priority in Priority.allCases { try await book.project(priority) }
        _ = try await admitted(book, "ada", at: noon)
        let waiting = ["low", "normal", "high"].map { request("bob", project: $0) }
        for one in waiting { _ = try await book.ledger.hold(one, at: noon) }
        let places = try await [place(book, waiting[0], 0), place(book, waiting[1], 0), place(book, waiting[2], 0)]
        #expect(places == [3, 2, 1])
    }

    @Test func whoIsNotAskedForAnyMoreIsForgotten() async throws {
        let book = try await throttled()
        _ = try await admitted(book, "ada", at: noon)
        #expect(try await place(book, request("gone"), 0) == 1)
        #expect(try await place(book, request("bob"), 1) == 2)
        #expect(try await place(book, request("cyd"), 5) == nil)
    }

    @Test func whoLeavesGivesUpThePlace() async throws {
        let book = try await throttled()
        _ = try await admitted(book, "ada", at: noon)
        let bob = request("bob")
        #expect(try await place(book, bob, 0) == 1)
        try await book.ledger.leaveQueue(bob.requestID)
        #expect(try await place(book, request("cyd"), 0) == 1)
    }

    @Test func theQueueIsBoundedInLengthAndTime() async throws {
        let book = try await throttled(queue: QueueBounds(length: 1, seconds: 4))
        _ = try await admitted(book, "ada", at: noon)
        let bob = request("bob")
        #expect(try await place(book, bob, 0) == 1)
        #expect(try await book.refusal(request("cyd")).cause == .crowded)
        #expect(try await place(book, bob, 2) == 1)
        #expect(try await book.refusal(bob, at: noon.advanced(bySeconds: 4)).cause == .throttled)
        #expect(try await book.ledger.queueDepth(at: noon.advanced(bySeconds: 4)) == 0)
    }

    @Test func whoCannotWaitIsLetInWithoutATurn() async throws {
        let book = try await throttled()
        _ = try await admitted(book, "ada", at: noon)
        var request = request("bob")
        request.mayWait = false
        _ = try await book.held(request)
    }

    /// Where others only hold what is missing, it pays to wait; where it is used, it does not.
    @Test func roomThatIsOnlyHeldIsWaitedFor() async throws {
        let book = try await LedgerFixture()
        try await book.rules([], queue: QueueBounds(waitsForHolds: true))
        try await book.limit(1000, scope: .organization, subject: "acme")
        let (first, _) = try await book.held(LedgerFixture.request(prompt: 100, reply: 800))
        let bob = LedgerFixture.request(
            prompt: 200, reply: 100, minimum: 100, path: LedgerFixture.path("bob"), mayWait: true)
        guard case .queued(let place) = try await book.ledger.hold(bob, at: noon) else {
            Issue.record("it was not queued")
            return
        }
        #expect(place.cause == .held && place.expectedSeconds == nil)
        // One that came later and would fit does not pass it.
        let small = LedgerFixture.request(prompt: 5, reply: 5, path: LedgerFixture.path("cyd"), mayWait: true)
        #expect(try await self.place(book, small, 0) == 2)
        _ = try await book.ledger.settle(first, as: .finished(prompt: 100, completion: 20), at: noon)
        #expect(try await self.place(book, bob, 1) == nil)
        let never = LedgerFixture.request(prompt: 600, path: LedgerFixture.path("dan"), mayWait: true)
        _ = try await book.ledger.settle(bob.requestID, as: .finished(prompt: 300, completion: 100), at: noon)
        #expect(try await book.refusal(never, at: noon.advanced(bySeconds: 9)).cause == .full)
    }

    // MARK: Support

    /// An organization at 96 % of its day, where requests came ten seconds apart.
    private func throttled(queue: QueueBounds = QueueBounds()) async throws -> LedgerFixture {
        let book = try await LedgerFixture()
        let rule = AlertRule(thresholdPartsPerMillion: 950_000, action: .throttle)
        try await book.rules([rule], queue: queue)
        try await book.limit(1_000_000, scope: .organization, subject: "acme")
        let first = LedgerFixture.request(prompt: 960_000, reply: 0, minimum: 0)
        let (id, _) = try await book.held(first)
        _ = try await book.ledger.settle(id, as: .finished(prompt: 960_000, completion: 0), at: noon)
        try await book.database.write { session in try session.execute("UPDATE account SET pace_ms = 10000") }
        return book
    }

    private func request(_ person: String, project: String? = nil) -> HoldRequest {
        LedgerFixture.request(
            prompt: 10, reply: 10, path: LedgerFixture.path(person, project: project), mayWait: true)
    }

    private func ask(_ book: LedgerFixture, _ person: String, at now: Timestamp) async throws -> Admission {
        try await book.ledger.hold(request(person), at: now)
    }

    private func admitted(_ book: LedgerFixture, _ person: String, at now: Timestamp) async throws -> Allowance {
        try await book.held(request(person), at: now).1
    }

    /// Nil when it was let in.
    private func place(_ book: LedgerFixture, _ request: HoldRequest, _ second: Int64) async throws -> Int64? {
        switch try await book.ledger.hold(request, at: noon.advanced(bySeconds: second)) {
        case .granted: nil
        case .queued(let place): place.place
        case .refused(let refusal): throw refusal
        }
    }
}
