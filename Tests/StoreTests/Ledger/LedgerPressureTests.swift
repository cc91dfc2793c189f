import Core
import Testing

@testable import Store

/// Who stands back when a shared limit becomes scarce.
struct LedgerPressureTests {
    /// From 80 % on, low priority may have 20 % of it, and normal one half.
    private let pressure = Pressure(sharesPartsPerMillion: [.low: 200_000, .normal: 500_000])

    @Test func belowTheThresholdEverybodyTakesWhatThereIs() async throws {
        let book = try await shared(1000)
        _ = try await book.held(request(.low, 700))
        _ = try await book.held(request(.low, 100))
        #expect(try await refused(book, .low, 1) == .low)
    }

    @Test func underPressureALowPriorityHasOnlyWhatIsLeftOfItsShare() async throws {
        let book = try await shared(1000)
        _ = try await book.held(request(.low, 150))
        _ = try await book.held(request(.high, 650))
        #expect(try await refused(book, .low, 51) == .low)
        _ = try await book.held(request(.low, 50))
        #expect(try await refused(book, .low, 1) == .low)
        _ = try await book.held(request(.normal, 50))
        _ = try await book.held(request(.high, 100))
        // The limit itself is full now, for all.
        #expect(try await refused(book, .high, 1) == nil)
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func whatWasNotUsedOfAHoldLowersThePressureAgain() async throws {
        let book = try await shared(1000)
        let (large, _) = try await book.held(request(.high, 900))
        #expect(try await refused(book, .low, 101) == nil)
        _ = try await book.ledger.settle(large, as: .finished(prompt: 10, completion: 0), at: .start)
        _ = try await book.held(request(.low, 700))
        let accounts = try await book.ledger.accounts(on: LedgerFixture.path(project: "low"), at: .start)
        #expect(accounts.map(\.held) == [700, 700])
        #expect(accounts.map(\.share?.priority) == [nil, .low])
    }

    @Test func aRequestThatPassesTheThresholdByItselfIsUnderPressure() async throws {
        let book = try await shared(1000)
        #expect(try await refused(book, .low, 801) == .low)
        _ = try await book.held(request(.low, 800))
    }

    @Test func aReplyIsExtendedOnlyWithinTheShare() async throws {
        let book = try await shared(1000)
        _ = try await book.held(request(.high, 780))
        let path = LedgerFixture.path(project: "low")
        let low = LedgerFixture.request(prompt: 10, reply: 900, path: path, expecting: 10)
        let (id, allowance) = try await book.held(low)
        #expect(allowance.heldReply == 10 && allowance.replyCap == 190)
        let extended = try await book.ledger.extend(id, toReply: 500, at: .start)
        #expect(extended.heldReply == 190)
        #expect(try await book.database.discrepancies() == [])
    }

    private func shared(_ amount: Int64) async throws -> LedgerFixture {
        let book = try await LedgerFixture()
        for priority in Priority.allCases { try await book.project(priority) }
        try await book.limit(amount, scope: .organization, subject: "acme", pressure: pressure)
        return book
    }

    private func request(_ priority: Priority, _ tokens: Int64) -> HoldRequest {
        LedgerFixture.request(
            prompt: tokens, reply: 0, minimum: 0, path: LedgerFixture.path(project: priority.rawValue))
    }

    /// The priority whose share was in the way; nil when it was the limit itself.
    private func refused(_ book: LedgerFixture, _ priority: Priority, _ tokens: Int64) async throws -> Priority? {
        try await book.refusal(request(priority, tokens)).priority
    }
}
