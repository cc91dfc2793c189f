import Core
import Testing

@testable import Store

/// Holds that begin small and grow with the reply.
struct LedgerExtensionTests {
    private let noon = Timestamp.start

    @Test func onlyWhatIsExpectedIsHeldAtFirst() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (id, allowance) = try await book.held(small())
        #expect(allowance.replyCap == 500 && allowance.heldReply == 50 && allowance.shortenedBy == nil)
        #expect(try await book.balance() == [0, 60, 940])
        #expect(try await book.ledger.extend(id, toReply: 200, at: noon) == Extension(heldReply: 200))
        #expect(try await book.balance() == [0, 210, 790])
        #expect(try await book.ledger.extend(id, toReply: 9999, at: noon) == Extension(heldReply: 500))
        _ = try await book.ledger.settle(id, as: .finished(prompt: 10, completion: 430), at: noon)
        #expect(try await book.balance() == [440, 0, 560])
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func itGrowsAsFarAsTheTightestLimitHasRoomAndSaysWhichThatIs() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000, scope: .organization, subject: "acme")
        let own = try await book.limit(700)
        let (id, _) = try await book.held(small())
        _ = try await book.held(LedgerFixture.request(prompt: 500, reply: 20))
        let extended = try await book.ledger.extend(id, toReply: 400, at: noon)
        #expect(extended.heldReply == 170 && extended.refusal?.limit == own.id)
        #expect(extended.refusal?.needed == 350 && extended.refusal?.available == 120)
        let again = try await book.ledger.extend(id, toReply: 400, at: noon)
        #expect(again.heldReply == 170 && again.refusal?.limit == own.id)
        #expect(try await book.balance()[1] == 700)
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func itGrowsToTheLastTokenAndNotOneFurther() async throws {
        let book = try await LedgerFixture()
        try await book.limit(700)
        let (id, _) = try await book.held(small())
        _ = try await book.held(LedgerFixture.request(prompt: 500, reply: 20))
        let extended = try await book.ledger.extend(id, toReply: 171, at: noon)
        #expect(extended.heldReply == 170 && extended.refusal?.needed == 121)
        #expect(try await book.balance() == [0, 700, 0])
    }

    @Test func itGrowsInTheWindowInWhichItWasTaken() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (id, _) = try await book.held(small())
        let tomorrow = noon.advanced(bySeconds: 86_400)
        #expect(try await book.ledger.extend(id, toReply: 300, at: tomorrow).heldReply == 300)
        #expect(try await book.balance(at: tomorrow) == [0, 0, 1000])
        _ = try await book.ledger.settle(id, as: .finished(prompt: 10, completion: 300), at: tomorrow)
        #expect(try await book.balance(at: tomorrow) == [0, 0, 1000])
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func grantsCarryWhatGrowsToo() async throws {
        let book = try await LedgerFixture()
        try await book.limit(100)
        try await book.grant(60, until: noon.advanced(bySeconds: 60))
        let (id, allowance) = try await book.held(small())
        #expect(allowance.replyCap == 150)
        #expect(try await book.ledger.extend(id, toReply: 120, at: noon).heldReply == 120)
        #expect(try await book.balance() == [0, 70, 30])
        _ = try await book.ledger.settle(id, as: .finished(prompt: 10, completion: 100), at: noon)
        #expect(try await book.balance() == [50, 0, 50])
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func weightsAndPricesAreHeldForWhatGrows() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        try await book.limit(10_000, .cost)
        let tariff = Tariff(completionNanodollarsPerMillion: 20_000_000, weightPartsPerMillion: 1_500_000)
        let request = LedgerFixture.request(prompt: 11, reply: 500, tariff: tariff, expecting: 50)
        let (id, _) = try await book.held(request)
        #expect(try await book.ledger.extend(id, toReply: 101, at: noon).heldReply == 101)
        let held = try await book.ledger.accounts(on: LedgerFixture.path(), at: noon).map(\.held)
        #expect(Set(held) == [168, 2020])
    }

    @Test func whatIsNoLongerHeldCannotGrow() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (id, _) = try await book.held(small())
        try await book.ledger.release(id)
        await #expect(throws: LedgerFailure.unknownRequest) {
            try await book.ledger.extend(id, toReply: 100, at: noon)
        }
    }

    /// Before the first reply and once a model hides what it charges for, the whole; after the first a default, and then
    /// what nine of ten replies needed.
    @Test func whatIsUsualIsLearned() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1_000_000)
        #expect(try await heldAtFirst(book) == 4000)
        for length in [40, 80, 60, 50, 70, 45, 55, 65, 75, 400] as [Int64] {
            let (id, _) = try await book.held(LedgerFixture.request(prompt: 10, reply: 4000))
            _ = try await book.ledger.settle(id, as: .finished(prompt: 10, completion: length), at: noon)
            if length == 40 { #expect(try await heldAtFirst(book) == ReplyHistory.usualWhileUnknown) }
        }
        #expect(try await heldAtFirst(book) == 80)
        #expect(try await heldAtFirst(book, of: "bob") == 80)
        let (id, _) = try await book.held(LedgerFixture.request(prompt: 10, reply: 4000))
        var ending = Ending.finished(prompt: 10, completion: 900)
        ending.producedUnseen = true
        _ = try await book.ledger.settle(id, as: ending, at: noon)
        #expect(try await heldAtFirst(book) == 4000)
    }

    private func heldAtFirst(_ book: LedgerFixture, of person: String = "ada") async throws -> Int64 {
        var request = LedgerFixture.request(prompt: 10, reply: 4000, path: LedgerFixture.path(person))
        request.holdsWhatIsUsual = true
        let (id, allowance) = try await book.held(request)
        try await book.ledger.release(id)
        return allowance.heldReply
    }

    private func small() -> HoldRequest { LedgerFixture.request(prompt: 10, reply: 500, minimum: 16, expecting: 50) }
}
