import Core
import LimitsFile
import LimitsTestSupport
import Testing

@testable import Store

struct LimitPlansTests {
    let temporary: TemporaryStore
    var plans: any LimitPlans { temporary.store.limitPlans }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    @discardableResult
    func apply(_ text: String) async throws -> [LimitPlanChange] {
        try await plans.apply(LimitsFile.read(text), by: temporary.actor)
    }

    func exported() async throws -> String { LimitsFile.write(try await plans.current()) }

    func flaws(_ text: String) async throws -> [LimitsFileFlaw] {
        do {
            _ = try await plans.preview(LimitsFile.read(text))
            return []
        } catch let flaws as LimitsFileFlaws {
            return flaws.all
        }
    }

    // MARK: What a file settles

    @Test func projectThatIsNamedWithoutALimitLosesIt() async throws {
        try await apply("projects: {a: {daily_limit: 5, request_limit: 6, priority: high}, b: {daily_limit: 7}}")
        let changes = try await apply("projects: {a: {request_limit: 6}}")
        #expect(
            changes.map(\.description) == ["project a: priority: high → normal", "project a: tokens a day: no more: 5"])
        let text = try await exported()
        #expect(text.contains("  a:\n    request_limit: 6\n    priority: normal\n    limits: []\n"))
        #expect(text.contains("  b:\n    daily_limit: 7\n"))
    }

    @Test func limitsWithoutAKeyStayUnlessTheFileListsThem() async throws {
        let before = try #require(temporary.standard.settings.allowance.tokensPerHour)
        try await apply("users: {tier_standard: {daily_limit: 5}}")
        var allowance = try #require(try await temporary.store.tiers.all().first).settings.allowance
        #expect(allowance.tokensPerHour == before)
        #expect(allowance.tokensPerDay == 5)
        #expect(allowance.requestsPerMinute == nil)
        try await apply("users: {tier_standard: {daily_limit: 5, limits: []}}")
        allowance = try #require(try await temporary.store.tiers.all().first).settings.allowance
        #expect(allowance == Tier.Allowance(tokensPerDay: 5))
    }

    @Test func whatIsNotNamedStays() async throws {
        try await apply(printedFile)
        let before = try await plans.current()
        #expect(try await apply("queue: {length: 100}").isEmpty)
        #expect(try await apply("projects: {}").isEmpty)
        #expect(try await plans.current() == before)
    }

    @Test func limitThatIsChangedOrComesBackKeepsWhatWasUsed() async throws {
        try await apply("organization: {daily_cap: 1000}")
        let id = try await onlyLimit(of: .organization)
        try await temporary.execute(
            """
            INSERT INTO account (limit_id, holder, window_start, resets_at, used)
            VALUES ('\(id)', 'acme', 0, \(Timestamp.start.milliseconds + 1000), 800)
            """)
        try await apply("organization: {limits: [{meter: tokens, window: day, amount: 900, mode: shadow}]}")
        #expect(try await onlyLimit(of: .organization) == id)
        try await apply("organization: {limits: []}")
        await #expect(throws: StoreFailure.self) { try await onlyLimit(of: .organization) }
        let changes = try await apply(
            "organization: {limits: [{meter: tokens, window: day, amount: 700, mode: shadow}]}")
        #expect(changes.map(\.stopped) == [0])
        #expect(try await onlyLimit(of: .organization) == id)
        #expect(
            try await apply("organization: {daily_cap: 700, limits: []}").map(\.description)
                == ["organization: tokens a day: 700; only recorded → 700 (one has already taken as much)"])
    }

    @Test func whatTheForecastRaisedStaysRaisedAsLongAsItMayRise() async throws {
        let file = "people: {admin@example.org: {limits: [{meter: tokens, window: day, amount: AMOUNT}]}}"
        func raised() async throws -> Int64? {
            try await temporary.store.database.read { session in
                try session.onlyRow("SELECT raised_to FROM quota_limit WHERE scope = 'person'")["raised_to"]
            }
        }
        try await apply(file.replacing("AMOUNT", with: "5, elastic_ceiling: 9"))
        try await temporary.execute("UPDATE quota_limit SET raised_to = 7 WHERE scope = 'person'")
        try await apply(file.replacing("AMOUNT", with: "6, elastic_ceiling: 9"))
        #expect(try await raised() == 7)
        try await apply(file.replacing("AMOUNT", with: "6"))
        #expect(try await raised() == nil)
    }

    private func onlyLimit(of scope: Limit.Scope) async throws -> String {
        try await temporary.store.database.read { session in
            try session.onlyRow("SELECT id FROM quota_limit WHERE scope = $1 AND retired_at IS NULL", scope)["id"]
        }
    }

    // MARK: Names

    @Test func namesAreFoundWhateverTheirCaseAndStayAsTheyAre() async throws {
        let model = try await temporary.addModel("GPT-4o", in: [])
        try await apply("projects: {Alpha: {daily_limit: 5}}")
        let changes = try await apply(
            """
            projects:
              ALPHA: {daily_limit: 6, limits: [{meter: tokens, window: hour, amount: 1, model: gpt-4O}]}
            people:
              ADMIN@example.org: {rate_limit: 3}
            """)
        #expect(
            changes.map(\.description) == [
                "project Alpha: tokens a day: 5 → 6", "project Alpha: tokens an hour on GPT-4o: new: 1",
                "person admin@example.org: requests a minute: new: 3",
            ])
        #expect(try await exported().contains("model: \(model.name)\n"))
    }

    @Test func keyIsFoundByItsIdAndByItsBeginning() async throws {
        let secret = APIKey.Secret.random()
        let key = try await temporary.store.keys.create(
            APIKey.Settings(name: "for tests"), secret: secret, for: temporary.admin.id, by: temporary.actor)
        try await apply("keys: {\"\(secret.beginning)\": {daily_limit: 5}}")
        try await apply("keys: {\"\(secret.beginning.dropLast())\": {daily_limit: 6}}")
        #expect(try await apply("keys: {\"\(key.id)\": {daily_limit: 6}}").isEmpty)
        #expect(try await temporary.store.keys.key(key.id)?.settings.allowance.tokensPerDay == 6)
    }

    @Test func namesThatNobodyHasAreRefusedWithTheirLines() async throws {
        let text = """
            people:
              nobody@example.org: {daily_limit: 1}
              no address: {daily_limit: 1}
            keys:
              slk_none: {daily_limit: 1}
            models:
              none: {daily_limit: 1}
            organization:
              limits:
                - {meter: tokens, window: day, amount: 1}
                - {meter: tokens, window: day, amount: 1, model: none}
            """
        #expect(try await flaws(text).map(\.line) == [2, 3, 5, 7, 11])
    }

    @Test func oneThatIsNamedTwiceInTwoSpellingsIsRefused() async throws {
        #expect(
            try await flaws("users:\n  tier_standard: {daily_limit: 1}\n  tier_STANDARD: {daily_limit: 1}") == [
                LimitsFileFlaw(line: 3, reason: "tier STANDARD stands twice, first on line 2")
            ])
        #expect(try await flaws("projects:\n  new: {}\n  New: {}").map(\.line) == [3])
    }

    @Test func twoThatDifferInCaseAreKeptApart() async throws {
        for name in ["Alpha", "alpha"] {
            _ = try await temporary.store.projects.create(Project.Draft(name: name), by: temporary.actor)
        }
        try await apply("projects: {Alpha: {daily_limit: 1}, alpha: {daily_limit: 2}}")
        #expect(try await apply(exported()).isEmpty)
        #expect(try await flaws("projects:\n  ALPHA: {}").first?.reason == "“ALPHA” could be any of “Alpha”, “alpha”")
    }

    // MARK: What is made

    @Test func tierThatIsMadeHasBoundsAndEveryModelThatThereIs() async throws {
        let model = try await temporary.addModel("small", in: [])
        let changes = try await apply("users: {tier_guests: {daily_limit: 5}}")
        #expect(
            changes.first?.description
                == "tier guests: new: prompts up to 32,000 tokens, replies up to 4,096, every model there is")
        let tier = try #require(try await temporary.store.tiers.all().first { $0.name == "guests" })
        #expect(tier.settings.models == [model.id])
        #expect(tier.settings.allowance == Tier.Allowance(tokensPerDay: 5))
        #expect(tier.settings.flaws.all.isEmpty)
    }

    @Test func tierWithoutAnyLimitOnTokensIsRefused() async throws {
        let reason = "would have no limit on tokens or cost"
        #expect(try await flaws("users:\n  tier_new: {rate_limit: 5}").map(\.reason) == ["tier new \(reason)"])
        #expect(try await flaws("users:\n  tier_new: {limits: []}").map(\.line) == [2])
        #expect(
            try await flaws("users:\n  tier_standard: {rate_limit: 5, limits: []}").map(\.reason)
                == ["tier Standard \(reason)"])
        #expect(try await flaws("users:\n  tier_standard: {rate_limit: 5}").isEmpty)
    }

    @Test func namesThatNothingCanHaveAreRefused() async throws {
        let text =
            "projects:\n  \"\\a\": {}\n  \(String(repeating: "n", count: 101)): {}\nusers:\n  \"tier_ \": {daily_limit: 1}"
        #expect(try await flaws(text).map(\.line) == [2, 3, 5])
    }

    // MARK: All of it or nothing

    @Test func previewSaysWhatApplyDoesAndDoesNothing() async throws {
        let plan = try LimitsFile.read(printedFile)
        let before = try await plans.current()
        let preview = try await plans.preview(plan)
        #expect(try await plans.current() == before)
        #expect(try await plans.apply(plan, by: temporary.actor) == preview)
        #expect(try await plans.preview(plan).isEmpty)
    }

    @Test func oneFlawKeepsAllOfItOut() async throws {
        let before = try await plans.current()
        let entries = try await temporary.store.auditLog.entries(AuditQuery())
        await #expect(throws: LimitsFileFlaws.self) {
            try await apply(printedFile + "people: {nobody@example.org: {daily_limit: 1}}\n")
        }
        #expect(try await plans.current() == before)
        #expect(try await temporary.store.auditLog.entries(AuditQuery()) == entries)
    }

    @Test func failureOnTheWayLeavesNothingBehind() async throws {
        try await temporary.execute(
            """
            CREATE TRIGGER full BEFORE INSERT ON quota_limit WHEN NEW.amount = 50000
                BEGIN SELECT RAISE(ABORT, 'full'); END;
            """)
        let before = try await plans.current()
        await #expect(throws: StoreFailure.self) { try await apply(printedFile) }
        #expect(try await plans.current() == before)
        #expect(try await temporary.store.projects.all().isEmpty)
    }

    @Test func planOfNobodysMakingIsCheckedToo() async throws {
        let rule = LimitPlan.Rule(meter: .tokens, window: .bucket, amount: -1)
        let plan = LimitPlan(
            subjects: [LimitPlan.Subject(scope: .organization, name: "", rules: [rule])],
            alerts: [AlertRule(thresholdPartsPerMillion: 0, action: .warn)], queue: QueueBounds(length: -1))
        await #expect(throws: LimitsFileFlaws.self) { try await plans.apply(plan, by: temporary.actor) }
    }

    // MARK: The audit trail

    @Test func theAuditTrailSaysWhatWasAndWhatIs() async throws {
        try await apply("projects: {a: {daily_limit: 5}}")
        try await apply("projects: {a: {daily_limit: 7}}")
        try await apply("projects: {a: {daily_limit: 7}}")
        let entries = try await temporary.store.auditLog.entries(AuditQuery(action: .limitsImported))
        #expect(
            entries.map(\.after) == [
                #"{"project a":["tokens a day: 7"]}"#, #"{"project a":["normal priority","tokens a day: 5"]}"#,
            ])
        #expect(entries.map(\.before) == [#"{"project a":["tokens a day: 5"]}"#, "{}"])
        #expect(entries.allSatisfy { $0.actor == temporary.actor })
        let all = try await temporary.store.auditLog.entries(AuditQuery())
        #expect(all.map(\.action).contains(.projectCreated))
        #expect(try await temporary.store.auditLog.verify() == .intact(entries: all[0].id))
    }
}
