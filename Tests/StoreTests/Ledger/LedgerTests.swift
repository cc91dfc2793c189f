import Core
import Testing

@testable import Store

struct LedgerTests {
    private let noon = Timestamp.start

    @Test func aHoldIsTakenAndTheSettlementLeavesWhatWasUsed() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (request, allowance) = try await book.held()
        #expect(allowance.replyCap == 100)
        #expect(try await book.balance() == [0, 200, 800])

        let settlement = try await book.ledger.settle(request, as: .finished(prompt: 110, completion: 30), at: noon)
        #expect(settlement.usage.totalTokens == 140)
        #expect(try await book.balance() == [140, 0, 860])
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func aReplyIsShortenedToWhatIsLeft() async throws {
        let book = try await LedgerFixture()
        let limit = try await book.limit(250)
        let (_, allowance) = try await book.held(LedgerFixture.request(prompt: 100, reply: 4000, minimum: 16))
        #expect(allowance.replyCap == 150)
        #expect(allowance.shortenedBy?.limit == limit)
        #expect(try await book.balance() == [0, 250, 0])
    }

    @Test func whatDoesNotFitOneLimitTouchesNone() async throws {
        let book = try await LedgerFixture()
        let wide = try await book.limit(10_000, scope: .organization, subject: "acme")
        let narrow = try await book.limit(150)
        let refusal = try await book.refusal(LedgerFixture.request(prompt: 200))
        #expect(refusal.limit == narrow.id)
        #expect(!refusal.canEverFit)
        let accounts = try await book.ledger.accounts(on: LedgerFixture.path(), at: noon)
        #expect(accounts.map(\.limit) == [wide, narrow])
        #expect(accounts.allSatisfy { $0.held == 0 })
        #expect(try await book.ledger.openHolds() == [])
    }

    @Test func theRefusalSaysWhenTheWindowTurns() async throws {
        let book = try await LedgerFixture()
        try await book.limit(300)
        _ = try await book.held()
        let refusal = try await book.refusal(LedgerFixture.request(prompt: 250))
        // Noon on 7 January in UTC; the day in Berlin ends eleven hours later.
        #expect(refusal.resetsAt == noon.advanced(bySeconds: 11 * 3600))
        #expect(refusal.held == 200)
        #expect(refusal.available == 100)
        #expect(refusal.needed == 251)
        #expect(refusal.canEverFit)
    }

    @Test func aLimitOfATierIsEachPersonsOwn() async throws {
        let book = try await LedgerFixture()
        try await book.limit(200)
        _ = try await book.held(LedgerFixture.request(path: LedgerFixture.path("ada")))
        _ = try await book.held(LedgerFixture.request(path: LedgerFixture.path("bob")))
        #expect(try await book.balance(of: LedgerFixture.path("ada")) == [0, 200, 0])
        #expect(try await book.balance(of: LedgerFixture.path("eve")) == [0, 0, 200])
    }

    @Test func aLimitOfNothingRefusesEverything() async throws {
        let book = try await LedgerFixture()
        try await book.limit(0, .requests)
        #expect(try await !book.refusal().canEverFit)
    }

    @Test func anUnknownOrganizationIsDenied() async throws {
        let book = try await LedgerFixture()
        var path = LedgerFixture.path()
        path.organization = OrganizationID(rawValue: "nobody")
        await #expect(throws: LedgerFailure.unknownOrganization) {
            try await book.ledger.hold(LedgerFixture.request(path: path), at: noon)
        }
    }

    @Test func nonsenseIsDenied() async throws {
        let book = try await LedgerFixture()
        let negativePrice = Tariff(promptNanodollarsPerMillion: -1)
        for request in [LedgerFixture.request(prompt: -1), LedgerFixture.request(tariff: negativePrice)] {
            await #expect(throws: LedgerFailure.unsoundDemand) { try await book.ledger.hold(request, at: noon) }
        }
    }

    @Test(arguments: [
        Usage(promptTokens: -1, completionTokens: 0, source: .reported),
        Usage(promptTokens: 0, completionTokens: .min, source: .reported),
        Usage(promptTokens: .max, completionTokens: .max, source: .reported),
    ])
    func unsoundUsageIsNotSettled(usage: Usage) async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (request, _) = try await book.held()
        await #expect(throws: LedgerFailure.unsoundUsage) {
            try await book.ledger.settle(request, as: Ending(usage: usage, outcome: .finished), at: noon)
        }
        #expect(try await book.balance() == [0, 200, 800])
    }

    @Test func anAccountThatIsFullStaysFullInsteadOfWrappingRound() async throws {
        let book = try await LedgerFixture()
        try await book.limit(.max)
        for _ in 0..<2 {
            let heavy = LedgerFixture.request(
                prompt: 0, reply: 0, minimum: 0, tariff: Tariff(weightPartsPerMillion: .max))
            let (request, _) = try await book.held(heavy)
            _ = try await book.ledger.settle(request, as: .finished(prompt: 1_000_000_000), at: noon)
        }
        #expect(try await book.balance() == [.max, 0, 0])
    }

    // MARK: Windows

    @Test func aHoldIsChargedToTheWindowInWhichItWasTaken() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1000)
        let (request, _) = try await book.held()
        let tomorrow = noon.advanced(bySeconds: 86_400)
        _ = try await book.held(at: tomorrow)
        #expect(try await book.balance(at: tomorrow) == [0, 200, 800])
        _ = try await book.ledger.settle(request, as: .finished(), at: tomorrow)
        #expect(try await book.balance(at: tomorrow) == [0, 200, 800])
        #expect(try await book.database.discrepancies() == [])
    }

    @Test func concurrencyIsFreeAgainWhenARequestEnds() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1, .concurrent, per: .lifetime)
        let (request, _) = try await book.held()
        #expect(try await book.refusal().resetsAt == nil)
        _ = try await book.ledger.settle(request, as: .finished(), at: noon)
        #expect(try await book.balance() == [0, 0, 1])
        _ = try await book.held(at: noon.advanced(bySeconds: 400 * 86_400))
    }

    @Test func aLimitPerRequestCountsEachByItself() async throws {
        let book = try await LedgerFixture()
        try await book.limit(300, per: .perRequest, scope: .request, subject: "acme")
        for _ in 0..<3 { _ = try await book.held(LedgerFixture.request(prompt: 100, reply: 200)) }
        #expect(try await !book.refusal(LedgerFixture.request(prompt: 300)).canEverFit)
        #expect(try await book.held(LedgerFixture.request(prompt: 250, reply: 200)).1.replyCap == 50)
    }

    // MARK: Edits

    @Test func anEditIsFeltByTheNextRequestInEveryWorker() async throws {
        let book = try await LedgerFixture()
        var limit = try await book.limit(100)
        let other = try book.anotherWorker()
        #expect(try await book.refusal().canEverFit == false)
        limit.amount = 1000
        try await book.store(limit)
        guard case .granted = try await other.hold(LedgerFixture.request(), at: noon) else {
            Issue.record("the raised limit was not felt")
            return
        }
        limit.amount = 50
        try await book.store(limit)
        #expect(try await book.balance() == [0, 200, 0])
    }

    @Test func aGrantRaisesTheLimitOfItsHolderUntilItExpires() async throws {
        let book = try await LedgerFixture()
        try await book.limit(100)
        try await book.grant(150, until: noon.advanced(bySeconds: 60))
        #expect(try await book.balance() == [0, 0, 250])
        #expect(try await book.balance(of: LedgerFixture.path("bob")) == [0, 0, 100])
        #expect(try await book.balance(at: noon.advanced(bySeconds: 60)) == [0, 0, 100])
    }

    @Test func aLimitOfOneModelIsNotTakenByAnother() async throws {
        let book = try await LedgerFixture()
        try await book.limit(200, model: ModelID(rawValue: "large"))
        _ = try await book.held(LedgerFixture.request(path: LedgerFixture.path(model: "small")))
        #expect(try await book.balance(of: LedgerFixture.path(model: "large")) == [0, 0, 200])
    }

    // MARK: What is kept

    @Test func costIsChargedByThePricesOfTheHold() async throws {
        let book = try await LedgerFixture()
        try await book.limit(1_000_000_000, .cost)
        let tariff = Tariff(
            promptNanodollarsPerMillion: 2_000_000_000, completionNanodollarsPerMillion: 8_000_000_000,
            cachedPromptNanodollarsPerMillion: 500_000_000)
        let (request, _) = try await book.held(LedgerFixture.request(tariff: tariff))
        #expect(try await book.balance() == [0, 1_000_000, 999_000_000])
        let settlement = try await book.ledger.settle(
            request, as: .finished(prompt: 100, completion: 50, cached: 40), at: noon)
        // 60 × 2,000 + 40 × 500 + 50 × 8,000 nanodollars.
        #expect(settlement.cost == 540_000)
        #expect(try await book.balance() == [540_000, 0, 999_460_000])
    }

    @Test func openHoldsAreListedWithWhereTheyComeFrom() async throws {
        let book = try await LedgerFixture()
        let asked = LedgerFixture.request(conversation: ConversationID(rawValue: "c1"))
        let (request, _) = try await book.held(asked)
        let open = try await book.ledger.openHolds()
        #expect(open.map(\.id) == [request])
        #expect(open.first?.origin == asked.origin)
        #expect(open.first?.openedAt == noon)
    }

    @Test func usageIsAppendOnly() async throws {
        let book = try await LedgerFixture()
        let (request, _) = try await book.held()
        _ = try await book.ledger.settle(request, as: .finished(), at: noon)
        for sql in ["UPDATE usage SET prompt_tokens = 0", "DELETE FROM usage"] {
            await #expect(throws: StoreFailure.self) { try await book.database.write { try $0.execute(sql) } }
        }
    }

    @Test func historyAddsUpByDayModelPersonAndConversation() async throws {
        let book = try await LedgerFixture()
        let ada = PersonID(rawValue: "ada")
        let conversation = ConversationID(rawValue: "c1")
        // 23:50 and 00:10 in Berlin; in UTC it is one day.
        for (moment, model) in [
            (noon.advanced(bySeconds: 39_000), "small"), (noon.advanced(bySeconds: 40_200), "large"),
        ] {
            let request = LedgerFixture.request(
                path: LedgerFixture.path(model: model), conversation: conversation, at: moment)
            _ = try await book.held(request, at: moment)
            _ = try await book.ledger.settle(request.requestID, as: .finished(), at: moment)
        }
        let end = noon.advanced(bySeconds: 86_400)
        let slots = try await book.history.slots(of: ada, from: noon, to: end)
        let berlin = try #require(WindowCalendar(timeZone: "Europe/Berlin"))
        let utc = try #require(WindowCalendar(timeZone: "UTC"))
        #expect(UsageSlot.byDay(slots, in: berlin).map(\.totals.totalTokens) == [150, 150])
        #expect(UsageSlot.byDay(slots, in: utc).map(\.totals.totalTokens) == [300])
        #expect(try await book.history.total(of: ada, from: noon, to: end).requests == 2)
        #expect(try await book.history.total(of: conversation, of: ada).totalTokens == 300)
        #expect(try await book.history.total(of: conversation, of: PersonID(rawValue: "eve")).totalTokens == 0)
        #expect(try await book.history.conversations(of: ada, limit: 10).map(\.conversation) == [conversation])
        let models = try await book.history.models(of: LedgerFixture.organization, from: noon, to: end)
        #expect(models.map(\.model.rawValue) == ["large", "small"])
        let people = try await book.history.people(of: LedgerFixture.organization, from: noon, to: end)
        #expect(people.map(\.totals.totalTokens) == [300])
    }
}
