import Core
import Testing

struct LimitTests {
    private let path = QuotaPath(
        organization: .init(rawValue: "acme"), project: .init(rawValue: "apollo"), tier: .init(rawValue: "free"),
        person: .init(rawValue: "ada"), key: nil, model: .init(rawValue: "large"))

    @Test(arguments: [
        (Limit.Scope.organization, "acme", "acme"), (.project, "apollo", "apollo"), (.tier, "free", "ada"),
        (.person, "ada", "ada"), (.model, "large", "large"), (.request, "acme", "acme"),
    ])
    func aLimitCountsItsSubjectAndATierItsPersons(scope: Limit.Scope, subject: String, holder: String) {
        #expect(limit(scope, subject).holder(on: path) == holder)
    }

    @Test(arguments: [(Limit.Scope.organization, "other"), (.tier, "pro"), (.person, "bob"), (.key, "k1")])
    func aLimitOfSomebodyElseDoesNotConcernThePath(scope: Limit.Scope, subject: String) {
        #expect(limit(scope, subject).holder(on: path) == nil)
    }

    @Test func aLimitOfOneModelLeavesTheOthersAlone() {
        #expect(limit(.tier, "free", model: "large").holder(on: path) == "ada")
        #expect(limit(.tier, "free", model: "small").holder(on: path) == nil)
    }

    @Test func flawedLimitsAreNamed() {
        #expect(throws: Limit.Flaw.absurdAmount) { try limit(.tier, "free", amount: -1).check() }
        #expect(throws: Limit.Flaw.requestNeedsPerRequest) { try limit(.request, "acme").check() }
        #expect(throws: Limit.Flaw.concurrencyNeedsLifetime) {
            try Limit(scope: .tier, subject: "free", meter: .concurrent, window: .day, amount: 1).check()
        }
        #expect(throws: Never.self) { try limit(.tier, "free").check() }
    }

    private func limit(_ scope: Limit.Scope, _ subject: String, model: String? = nil, amount: Int64 = 10) -> Limit {
        Limit(
            scope: scope, subject: subject, model: model.map(ModelID.init(rawValue:)), meter: .tokens, window: .day,
            amount: amount)
    }
}
