import Core
import LimitsFile
import LimitsTestSupport
import Testing

@Suite struct PrintedFileTests {
    @Test func itsOrganizationHasABudgetForTheMonthAndACapForTheDay() throws {
        let organization = try #require(LimitsFile.read(printedFile).subjects.first)
        #expect(organization.scope == .organization)
        #expect(organization.line == 2)
        #expect(
            organization.rules == [
                LimitPlan.Rule(meter: .tokens, window: .month, amount: 10_000_000, line: 3),
                LimitPlan.Rule(meter: .tokens, window: .day, amount: 500_000, line: 4),
            ])
    }

    @Test func itsProjectsHaveLimitsForTheDayAndTheRequestAndAPriority() throws {
        let projects = try LimitsFile.read(printedFile).subjects.filter { $0.scope == .project }
        #expect(projects.map(\.name) == ["production", "development"])
        #expect(projects.map(\.priority) == [.high, .low])
        #expect(
            projects[1].rules == [
                LimitPlan.Rule(meter: .tokens, window: .day, amount: 50_000, line: 13),
                LimitPlan.Rule(meter: .tokens, window: .perRequest, amount: 2000, line: 14),
            ])
    }

    @Test func itsTiersLimitTheDayAndTheRequestsAMinute() throws {
        let tiers = try LimitsFile.read(printedFile).subjects.filter { $0.scope == .tier }
        #expect(tiers.map(\.name) == ["premium", "standard"])
        #expect(
            tiers[0].rules == [
                LimitPlan.Rule(meter: .tokens, window: .day, amount: 50_000, line: 19),
                LimitPlan.Rule(meter: .requests, window: .minute, amount: 100, line: 20),
            ])
    }

    @Test func itsAlertsWarnThenSlowDownThenBlock() throws {
        let alerts = try LimitsFile.read(printedFile).alerts
        #expect(
            alerts == [
                AlertRule(thresholdPartsPerMillion: 800_000, action: .warn, channels: [.slack, .email]),
                AlertRule(
                    thresholdPartsPerMillion: 950_000, action: .throttle, reductionPartsPerMillion: 500_000),
                AlertRule(thresholdPartsPerMillion: 1_000_000, action: .block, fallback: .cache),
            ])
    }

    @Test func itSettlesOnlyTheKindsOfLimitsThatItsKeysCanSay() throws {
        let plan = try LimitsFile.read(printedFile)
        #expect(plan.queue == nil)
        #expect(plan.subjects.allSatisfy { $0.coverage != .everything })
        let tier = try #require(plan.subjects.last)
        #expect(tier.coverage.includes(limit(.tokens, .day)))
        #expect(tier.coverage.includes(limit(.requests, .minute)))
        #expect(!tier.coverage.includes(limit(.tokens, .month)))
    }

    private func limit(_ meter: Limit.Meter, _ window: Window) -> Limit {
        Limit(scope: .tier, subject: "any", meter: meter, window: window, amount: 1)
    }
}
