import Core
import Testing

struct FallbackTests {
    private func rules(_ fallbacks: AlertRule.Fallback?...) -> [AlertRule] {
        fallbacks.map { AlertRule(thresholdPartsPerMillion: 1_000_000, action: .block, fallback: $0) }
    }

    @Test func aTierThatSaysNothingFollowsTheOrganization() {
        let silent = Tier.AtLimit()
        #expect(silent.orElse(rules(nil)) == silent)
        #expect(silent.orElse(rules(.cache)) == Tier.AtLimit(cacheSeconds: 86_400))
        #expect(silent.orElse(rules(.downgrade)) == Tier.AtLimit(downgrades: true))
        #expect(silent.orElse(rules(.cache, .downgrade)) == Tier.AtLimit(downgrades: true, cacheSeconds: 86_400))
    }

    @Test func aTierThatSaysSomethingIsNotOverruled() {
        let own = Tier.AtLimit(cacheSeconds: 60)
        #expect(own.orElse(rules(.downgrade)) == own)
    }

    @Test func onlyRulesThatRefuseHaveSomethingToGiveInstead() {
        let warning = AlertRule(thresholdPartsPerMillion: 800_000, action: .warn, fallback: .cache)
        #expect(Tier.AtLimit().orElse([warning]) == Tier.AtLimit())
    }

    @Test(
        arguments: [(799, nil), (800, 800_000), (820, 800_000), (950, 950_000), (1000, 950_000)] as [(Int64, Int64?)])
    func theHighestThresholdThatIsReachedWarns(used: Int64, threshold: Int64?) {
        let limit = Limit(scope: .tier, subject: "t", meter: .tokens, window: .day, amount: 1000)
        let account = Account(
            limit: limit, holder: "ada", windowStart: Timestamp(milliseconds: 0), resetsAt: nil, used: used - 100,
            held: 100)
        #expect(AlertRule.usual.warning(of: account)?.thresholdPartsPerMillion == threshold)
    }

    @Test func aWarningOfTheOrganizationsOwnIsShownHoweverEarly() {
        let limit = Limit(scope: .tier, subject: "t", meter: .tokens, window: .day, amount: 1000)
        let account = Account(
            limit: limit, holder: "ada", windowStart: Timestamp(milliseconds: 0), resetsAt: nil, used: 300)
        let own = AlertRule(thresholdPartsPerMillion: 300_000, action: .warn)
        #expect([own].warning(of: account) == own)
    }

    @Test func aPaceIsNothingToBeWarnedOf() {
        let limit = Limit(scope: .tier, subject: "t", meter: .requests, window: .minute, amount: 10)
        let account = Account(
            limit: limit, holder: "ada", windowStart: Timestamp(milliseconds: 0), resetsAt: nil, used: 10)
        #expect(AlertRule.usual.warning(of: account) == nil)
    }
}
