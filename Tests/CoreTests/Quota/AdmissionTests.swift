import Core
import SeededRandom
import Testing

struct AdmissionTests {
    @Test func whatFitsIsHeldWhole() throws {
        let allowance = try granted(Demand(promptTokens: 100, replyCap: 400), on: [tokens(1000, used: 300, held: 200)])
        #expect(allowance.replyCap == 400)
        #expect(allowance.shortenedBy == nil)
        #expect(allowance.charges.map(\.amount) == [500])
    }

    @Test func theReplyIsShortenedToWhatTheTightestLimitLeaves() throws {
        let day = tokens(10_000, window: .day, used: 9_000)
        let hour = tokens(1000, window: .hour, used: 650)
        let allowance = try granted(Demand(promptTokens: 100, replyCap: 4000, minimumReply: 16), on: [day, hour])
        #expect(allowance.replyCap == 250)
        #expect(allowance.shortenedBy == hour)
        #expect(allowance.charges.map(\.amount) == [350, 350])
    }

    @Test func aReplyTooShortToBeOfUseIsRefused() throws {
        let refusal = try refused(
            Demand(promptTokens: 100, replyCap: 4000, minimumReply: 16), on: [tokens(1000, used: 800, held: 85)])
        #expect(refusal.needed == 116)
        #expect(refusal.available == 115)
        #expect(refusal.used == 800)
        #expect(refusal.held == 85)
        #expect(refusal.canEverFit)
    }

    @Test func aShortReplyThatWasAskedForIsNotTooShort() throws {
        let allowance = try granted(
            Demand(promptTokens: 1, replyCap: 4, minimumReply: 16), on: [tokens(1000, used: 995)])
        #expect(allowance.replyCap == 4)
    }

    @Test func aRequestLargerThanTheWholeLimitCanNeverFit() throws {
        #expect(try !refused(Demand(promptTokens: 1000, replyCap: 1), on: [tokens(1000)]).canEverFit)
        #expect(try !refused(Demand(promptTokens: 1, replyCap: 1), on: [tokens(0)]).canEverFit)
        #expect(try !refused(Demand(promptTokens: 0, replyCap: 0), on: [account(.requests, 0)]).canEverFit)
    }

    @Test func theRefusalNamesTheLimitThatLastsLongest() throws {
        let demand = Demand(promptTokens: 100, replyCap: 100)
        let minute = account(.requests, 5, window: .minute, used: 5, resetsAt: 60)
        let day = tokens(1000, window: .day, used: 950, resetsAt: 86_400)
        let running = account(.concurrent, 1, window: .lifetime, held: 1)
        let tooSmall = tokens(50, window: .hour, resetsAt: 3600)
        #expect(try refused(demand, on: [minute, day, running]).limit == day.limit.id)
        #expect(try refused(demand, on: [running, minute]).limit == minute.limit.id)
        #expect(try refused(demand, on: [minute, day, tooSmall, running]).limit == tooSmall.limit.id)
    }

    @Test func grantsRaiseTheCeiling() throws {
        var account = tokens(100, used: 100)
        account.granted = 50
        #expect(try granted(Demand(promptTokens: 10, replyCap: 100), on: [account]).replyCap == 40)
    }

    @Test func aLimitInShadowModeCountsAndLetsThrough() throws {
        let allowance = try granted(
            Demand(promptTokens: 100, replyCap: 100), on: [tokens(50, mode: .shadow), tokens(1000)])
        #expect(allowance.replyCap == 100)
        #expect(allowance.charges.map(\.amount) == [200, 200])
        #expect(allowance.shadowed.map(\.available) == [50])
    }

    @Test func requestsAndConcurrencyCountOne() throws {
        let allowance = try granted(
            Demand(promptTokens: 100, replyCap: 100),
            on: [account(.requests, 10), account(.concurrent, 2, window: .lifetime, held: 1)])
        #expect(allowance.charges.map(\.amount) == [1, 1])
    }

    @Test func costIsHeldByThePricesAndShortensTheReply() throws {
        // 2 and 8 dollars per million tokens: 2,000 and 8,000 nanodollars each.
        let tariff = Tariff(
            promptNanodollarsPerMillion: 2_000_000_000, completionNanodollarsPerMillion: 8_000_000_000)
        let demand = Demand(promptTokens: 100, replyCap: 1000, tariff: tariff)
        let allowance = try granted(demand, on: [account(.cost, 1_000_000)])
        #expect(allowance.replyCap == 100)
        #expect(allowance.charges.map(\.amount) == [1_000_000])
    }

    @Test func aHeavyModelTakesMoreOfTheLimit() throws {
        let heavy = Demand(promptTokens: 10, replyCap: 1000, tariff: Tariff(weightPartsPerMillion: 2_500_000))
        let allowance = try granted(heavy, on: [tokens(101)])
        #expect(allowance.replyCap == 30)
        #expect(allowance.charges.map(\.amount) == [100])
    }

    @Test func aFreeModelTakesNothing() throws {
        let free = Demand(promptTokens: 10, replyCap: 1000, tariff: Tariff(weightPartsPerMillion: 0))
        #expect(try granted(free, on: [tokens(0), account(.cost, 0)]).charges.map(\.amount) == [0, 0])
    }

    @Test func enormousDemandsAreRefusedAndNeverTrap() throws {
        let huge = Demand(
            promptTokens: .max, replyCap: .max, minimumReply: .max,
            tariff: Tariff(
                promptNanodollarsPerMillion: .max, completionNanodollarsPerMillion: .max, weightPartsPerMillion: .max))
        #expect(try refused(huge, on: [tokens(.max - 1)]).needed == .max)
        #expect(try refused(huge, on: [account(.cost, .max - 1)]).needed == .max)
    }

    @Test func moreUsedThanTheLimitLeavesNothingAndNotLess() {
        #expect(tokens(100, used: 150).available == 0)
        #expect(tokens(100, used: .max, held: .max).available == 0)
        #expect(Account.full.available == .max)
    }

    /// Whatever the numbers: what is granted fits, and one token more would not, or was not asked.
    @Test func theGrantedReplyIsTheLongestThatFits() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let tariff = Tariff(
                promptNanodollarsPerMillion: .random(in: 0...5_000_000, using: &random),
                completionNanodollarsPerMillion: .random(in: 0...9_000_000, using: &random),
                weightPartsPerMillion: .random(in: 1...3_000_000, using: &random))
            let demand = Demand(
                promptTokens: .random(in: 0...50, using: &random), replyCap: .random(in: 0...200, using: &random),
                minimumReply: .random(in: 1...20, using: &random), tariff: tariff)
            let meter = [Limit.Meter.tokens, .cost].randomElement(using: &random)!
            let account = account(meter, .random(in: 0...1500, using: &random))
            guard case .granted(let allowance) = Admission.decide(demand, on: [account]) else { continue }
            #expect(allowance.charges[0].amount <= account.available)
            #expect(allowance.replyCap >= min(demand.minimumReply, demand.replyCap))
            guard allowance.replyCap < demand.replyCap else { continue }
            let longer = Demand(
                promptTokens: demand.promptTokens, replyCap: allowance.replyCap + 1,
                minimumReply: allowance.replyCap + 1, tariff: tariff)
            #expect(throws: Refusal.self) { try granted(longer, on: [account]) }
        }
    }

    /// Also where the upstream's cache is dearer than its plain prompt, and whatever part of the prompt came from it.
    @Test func aHoldCoversWhateverARequestWithinItCosts() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<5000 {
            let tariff = Tariff(
                promptNanodollarsPerMillion: .random(in: 0...5_000_000, using: &random),
                completionNanodollarsPerMillion: .random(in: 0...9_000_000, using: &random),
                cachedPromptNanodollarsPerMillion: .random(in: 0...9_000_000, using: &random))
            let demand = Demand(promptTokens: .random(in: 0...50, using: &random), replyCap: 100, tariff: tariff)
            let account = account(.cost, .random(in: 0...1500, using: &random))
            guard case .granted(let allowance) = Admission.decide(demand, on: [account]) else { continue }
            let usage = Usage(
                promptTokens: demand.promptTokens, completionTokens: allowance.replyCap,
                cachedPromptTokens: .random(in: 0...demand.promptTokens, using: &random), source: .reported)
            #expect(tariff.charge(.cost, for: usage) <= allowance.charges[0].amount)
        }
    }

    private func granted(_ demand: Demand, on accounts: [Account]) throws -> Allowance {
        switch Admission.decide(demand, on: accounts) {
        case .granted(let allowance): return allowance
        case .refused(let refusal): throw refusal
        case .queued: throw NotRefused()
        }
    }

    private func refused(_ demand: Demand, on accounts: [Account]) throws -> Refusal {
        guard case .refused(let refusal) = Admission.decide(demand, on: accounts) else { throw NotRefused() }
        return refusal
    }

    private struct NotRefused: Error {}

    private func tokens(
        _ amount: Int64, window: Window = .day, used: Int64 = 0, held: Int64 = 0, mode: Limit.Mode = .enforce,
        resetsAt: Int64? = nil
    ) -> Account {
        account(.tokens, amount, window: window, used: used, held: held, mode: mode, resetsAt: resetsAt)
    }

    private func account(
        _ meter: Limit.Meter, _ amount: Int64, window: Window = .day, used: Int64 = 0, held: Int64 = 0,
        mode: Limit.Mode = .enforce, resetsAt: Int64? = nil
    ) -> Account {
        let limit = Limit(scope: .tier, subject: "tier", meter: meter, window: window, amount: amount, mode: mode)
        return Account(
            limit: limit, holder: "person", windowStart: Timestamp(milliseconds: 0),
            resetsAt: resetsAt.map { Timestamp(milliseconds: $0 * 1000) }, used: used, held: held)
    }
}

extension Account {
    fileprivate static let full = Account(
        limit: Limit(scope: .tier, subject: "tier", meter: .tokens, window: .day, amount: .max), holder: "person",
        windowStart: Timestamp(milliseconds: 0), resetsAt: nil, granted: .max)
}
