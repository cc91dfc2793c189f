import Core
import LimitsFile
import LimitsTestSupport
import SeededRandom
import Testing
import Yams

@Suite struct WritingTests {
    @Test(arguments: 0..<150)
    func whatIsWrittenIsReadAsTheSamePlan(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let plan = random.plan(of: .allAwkward)
        let text = LimitsFile.write(plan)
        let read = try LimitsFile.read(text)
        #expect(read.withoutLines.sorted == plan.sorted, "\(text)")
        #expect(LimitsFile.write(read) == text)
    }

    @Test(arguments: 0..<20)
    func everyReaderOfYAMLTakesItForTheSameNames(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let plan = random.plan(of: .allAwkward)
        let root = try #require(try Yams.compose(yaml: LimitsFile.write(plan)))
        let names = root["people"]?.mapping?.keys.map { $0.tag.description + ($0.string ?? "") } ?? []
        let people = plan.subjects.filter { $0.scope == .person }.map(\.name)
        #expect(names == people.map { "tag:yaml.org,2002:str" + $0 })
    }

    @Test func aPlanIsWrittenTheWayPeopleWriteIt() throws {
        let plan = try LimitsFile.read(printedFile)
        let text = LimitsFile.write(plan)
        #expect(text.hasPrefix("organization:\n  monthly_budget: 10000000\n  daily_cap: 500000\nprojects:\n"))
        #expect(text.contains("  tier_premium:\n    daily_limit: 50000\n    rate_limit: 100\n"))
        #expect(text.hasSuffix("  - threshold: 1\n    action: block\n    fallback: cache\n"))
        #expect(!text.contains("limits:"))
    }

    @Test func aPlanThatSaysNothingCanBeReadAgain() throws {
        let text = LimitsFile.write(try LimitsFile.read("{}"))
        #expect(try LimitsFile.read(text).subjects.isEmpty)
    }

    @Test func whatNoKeyCanSayIsAnEntryOfLimits() {
        let rule = LimitPlan.Rule(
            model: "gpt-4o", meter: .cost, window: .bucket, amount: 12_500_000_000, refill: 1_000_000_000_000,
            mode: .shadow, schedule: [ScheduleRule(weekdays: [.monday], fromMinute: 480, untilMinute: 1440, amount: 0)],
            pressure: Pressure(sharesPartsPerMillion: [.low: 200_000]))
        let plan = LimitPlan(subjects: [LimitPlan.Subject(scope: .organization, name: "", rules: [rule])])
        #expect(
            LimitsFile.write(plan) == """
                organization:
                  limits:
                    - meter: cost
                      window: bucket
                      amount: 12.5
                      refill_per_second: 0.001
                      model: gpt-4o
                      mode: shadow
                      pressure:
                        threshold: 0.8
                        low: 0.2
                      schedule:
                        - days: [mon]
                          from: "08:00"
                          until: "24:00"
                          amount: 0

                """)
    }
}
