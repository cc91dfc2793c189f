import Core
import Testing

@testable import Store

/// What the ledger says on the way to a limit, and what its refusals saved.
struct LedgerAlertTests {
    private let noon = Timestamp.start

    @Test func everyThresholdIsNotedOnceInAWindow() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        for (tokens, thresholds) in [
            (490, []), (10, [500_000]), (10, []), (310, [500_000, 750_000, 800_000]), (0, []),
            (140, [500_000, 750_000, 800_000, 900_000, 950_000]),
            (40, [500_000, 750_000, 800_000, 900_000, 950_000, 1_000_000]),
        ] as [(Int64, [Int64])] {
            try await use(tokens, book)
            let noted = try await alerts(book).map(\.threshold)
            #expect(thresholds.isEmpty || noted == thresholds)
        }
        #expect(try await alerts(book).map(\.action) == ["note", "note", "warn", "warn", "throttle", "block"])
        let tomorrow = noon.advanced(bySeconds: 86_400)
        try await use(500, book, at: tomorrow)
        #expect(try await alerts(book).count == 7)
    }

    @Test func eachHolderAndLimitHasItsOwn() async throws {
        let book = try await LedgerFixture()
        try await book.limit(100)
        try await book.limit(200, scope: .organization, subject: "acme")
        try await use(50, book, by: "ada")
        try await use(50, book, by: "bob")
        #expect(try await alerts(book).map(\.holder).sorted() == ["acme", "ada", "bob"])
    }

    @Test func theFirstRefusalSaysThatTheEndIsReached() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        try await use(990, book)
        _ = try await book.refusal(LedgerFixture.request(prompt: 11))
        _ = try await book.refusal(LedgerFixture.request(prompt: 11))
        #expect(try await alerts(book).filter { $0.action == "block" }.count == 1)
    }

    @Test func aRuleThatBlocksEarlyRefusesThatEarly() async throws {
        let book = try await LedgerFixture()
        try await book.rules([AlertRule(thresholdPartsPerMillion: 900_000, action: .block)])
        try await book.limit(1000)
        try await book.limit(100, .requests, per: .minute)
        let accounts = try await book.ledger.accounts(on: LedgerFixture.path(), at: noon)
        #expect(Set(accounts.map(\.ceiling)) == [900, 100])
        _ = try await book.held(LedgerFixture.request(prompt: 900, reply: 0, minimum: 0))
        _ = try await book.refusal(LedgerFixture.request(prompt: 1, reply: 0, minimum: 0))
    }

    @Test func shadowLimitsAndMinutesRaiseNoAlarm() async throws {
        let book = try await LedgerFixture()
        try await book.limit(100, mode: .shadow)
        try await book.limit(100, per: .minute)
        try await book.limit(100, per: .bucket, refill: 1)
        try await use(100, book)
        #expect(try await alerts(book).isEmpty)
    }

    /// The exercise: a limit of 500; a prompt of 600 is refused; of two with 300 each the first passes.
    @Test func whatRefusalsSavedIsSummedUp() async throws {
        let book = try await LedgerFixture()
        let limit = try await book.limit(500)
        let tariff = Tariff(promptNanodollarsPerMillion: 1_000_000_000, completionNanodollarsPerMillion: 2_000_000_000)
        let ask = { LedgerFixture.request(prompt: $0, reply: 100, minimum: 1, tariff: tariff) }
        _ = try await book.refusal(ask(600))
        _ = try await book.held(ask(300))
        _ = try await book.refusal(ask(300))
        #expect(try await saved(book, "enforce") == [limit.id.rawValue, "2", "1100", "1300000"])
    }

    @Test func whatAShadowLimitWouldHaveRefusedIsSummedUpToo() async throws {
        let book = try await LedgerFixture()
        let limit = try await book.limit(500, mode: .shadow)
        _ = try await book.held(LedgerFixture.request(prompt: 600, reply: 100))
        #expect(try await saved(book, "shadow") == [limit.id.rawValue, "1", "700", "0"])
    }

    @Test func whoIsQueuedWasNotRefused() async throws {
        let book = try await LedgerFixture()
        try await book.rules([], queue: QueueBounds(waitsForHolds: true))
        try await book.limit(500)
        _ = try await book.held(LedgerFixture.request(prompt: 400))
        for _ in 0..<3 {
            guard case .queued = try await book.ledger.hold(LedgerFixture.request(prompt: 200, mayWait: true), at: noon)
            else {
                Issue.record("it was not queued")
                return
            }
        }
        #expect(try await saved(book, "enforce") == [])
    }

    private func use(
        _ tokens: Int64, _ book: LedgerFixture, by person: String = "ada", at now: Timestamp = .start
    ) async throws {
        let path = LedgerFixture.path(person)
        let (id, _) = try await book.held(
            LedgerFixture.request(prompt: tokens, reply: 0, minimum: 0, path: path, at: now), at: now)
        _ = try await book.ledger.settle(id, as: .finished(prompt: tokens, completion: 0), at: now)
    }

    private func alerts(
        _ book: LedgerFixture
    ) async throws -> [(threshold: Int64, action: String, holder: String)] {
        try await book.database.read { session in
            try session.rows("SELECT * FROM alert ORDER BY id").map {
                (try $0["threshold_ppm"], try $0["action"], try $0["holder"])
            }
        }
    }

    /// The limit, and how many requests, tokens and nanodollars.
    private func saved(_ book: LedgerFixture, _ mode: String) async throws -> [String] {
        try await book.database.read { session in
            let rows = try session.rows("SELECT * FROM refusal_slot WHERE mode = $1", mode)
            return try rows.flatMap { row in
                [
                    try row["limit_id"] as String, String(try row["requests"] as Int64),
                    String(try row["tokens"] as Int64), String(try row["cost"] as Int64),
                ]
            }
        }
    }
}
