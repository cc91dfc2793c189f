import Core
import Testing

@testable import Store

/// Limits as an admin sets them, felt by the ledger.
struct LimitsTests {
    let temporary: TemporaryStore
    let model: Model
    var limits: any Limits { temporary.store.limits }
    var ledger: any Ledger { temporary.store.ledger }

    init() async throws {
        temporary = try await TemporaryStore()
        model = try await temporary.addModel("large", in: [temporary.standard.id])
    }

    private var organization: OrganizationID { temporary.standard.organization }

    private func path(_ person: Person? = nil) -> QuotaPath {
        let person = person ?? temporary.admin
        return QuotaPath(organization: organization, tier: person.tier, person: person.id, model: model.id)
    }

    private func ask(_ tokens: Int64, by person: Person? = nil) async throws -> Admission {
        let now = temporary.clock.now()
        return try await ledger.hold(
            HoldRequest(
                requestID: .random(), owner: "w", origin: Origin(path: path(person), modelAsked: "large"),
                demand: Demand(promptTokens: tokens, replyCap: 0), leaseUntil: now.advanced(bySeconds: 60)), at: now)
    }

    private func onModel(_ amount: Int64, mode: Limit.Mode = .enforce) -> Limit {
        Limit(
            scope: .tier, subject: temporary.standard.id.rawValue, model: model.id, meter: .tokens, window: .day,
            amount: amount, mode: mode)
    }

    private func latest() async throws -> AuditEntry? {
        try await temporary.store.auditLog.entries(AuditQuery(count: 1)).first
    }

    @Test func aLimitOnAModelIsMetByTheNextRequest() async throws {
        let made = try await limits.create(onModel(100), by: temporary.actor)
        guard case .refused(let refusal) = try await ask(101) else { throw Surprise("101 of 100 were let in") }
        #expect(refusal.limit == made.id)
        let entry = try await latest()
        #expect(entry?.action == .limitCreated && entry?.subjectName == "Standard: tokens per day of large")
        let listed = try await limits.all().first { $0.limit.id == made.id }
        #expect(listed?.subjectName == "Standard" && listed?.modelName == "large" && listed?.isAllowance == false)
    }

    @Test func whatTierAllowsIsAmongTheLimitsAndStaysWithTheTier() async throws {
        let day = try #require(
            try await limits.all().first { $0.isAllowance && $0.limit.window == .day && $0.limit.meter == .tokens })
        await #expect(throws: Flaws([Flaw("limit", .partOfTier)])) {
            try await limits.retire(day.limit.id, by: temporary.actor)
        }
        var noting = day.limit
        noting.mode = .shadow
        await #expect(throws: Flaws([Flaw("mode", .partOfTier)])) {
            try await limits.change(noting, by: temporary.actor)
        }
        var elastic = day.limit
        elastic.amount = 700
        elastic.elasticCeiling = 900
        _ = try await limits.change(elastic, by: temporary.actor)
        let tier = try await temporary.store.tiers.all()[0]
        #expect(tier.settings.allowance.tokensPerDay == 700)
        var settings = tier.settings
        settings.allowance.tokensPerDay = 1_000
        _ = try await temporary.store.tiers.change(tier.id, to: settings, by: temporary.actor)
        #expect(
            try await limits.limit(day.limit.id)?.limit.elasticCeiling == 1_000, "a ceiling is never below the amount")
    }

    @Test func oneThatCountsTheSameIsRefusedUnlessOnlyOneRefuses() async throws {
        let made = try await limits.create(onModel(100), by: temporary.actor)
        await #expect(throws: Flaws([Flaw("limit", .taken)])) {
            try await limits.create(onModel(200), by: temporary.actor)
        }
        let shadow = try await limits.create(onModel(50, mode: .shadow), by: temporary.actor)
        var turned = shadow
        turned.mode = .enforce
        await #expect(throws: Flaws([Flaw("limit", .taken)])) {
            try await limits.change(turned, by: temporary.actor)
        }
        #expect(try await limits.limit(made.id)?.limit.amount == 100)
    }

    @Test func oneThatIsSetAgainGoesOnWhereItWas() async throws {
        let made = try await limits.create(onModel(100), by: temporary.actor)
        _ = try await ask(80)
        try await limits.retire(made.id, by: temporary.actor)
        #expect(try await latest()?.action == .limitRetired)
        #expect(try await !limits.all().contains { $0.limit.id == made.id })
        await #expect(throws: NotFound()) { try await limits.retire(made.id, by: temporary.actor) }
        let again = try await limits.create(onModel(90), by: temporary.actor)
        #expect(again.id == made.id && again.amount == 90)
        #expect(try await latest()?.action == .limitRestored)
        guard case .refused(let refusal) = try await ask(20) else { throw Surprise("what was held is forgotten") }
        #expect(refusal.limit == made.id && refusal.held == 80)
    }

    @Test func aChangeMovesTheAmountAndNeverWhatIsCounted() async throws {
        let made = try await limits.create(onModel(100), by: temporary.actor)
        var other = made
        other.amount = 300
        other.window = .month
        other.scope = .organization
        other.subject = organization.rawValue
        other.schedule = [ScheduleRule(weekdays: [.monday], fromMinute: 0, untilMinute: 60, amount: 5)]
        let changed = try await limits.change(other, by: temporary.actor)
        var expected = made
        expected.amount = 300
        expected.schedule = other.schedule
        #expect(changed == expected)
        #expect(try await limits.limit(made.id)?.limit == expected)
        let entry = try await latest()
        #expect(entry?.action == .limitChanged && entry?.after?.contains("\"amount\":300") == true)
    }

    @Test(arguments: [
        (Limit(scope: .project, subject: "nobody", meter: .tokens, window: .day, amount: 1), Flaw("subject", .unknown)),
        (
            Limit(
                scope: .tier, subject: "?", model: ModelID(rawValue: "none"), meter: .tokens, window: .day, amount: 1),
            Flaw("model", .unknown)
        ),
        (
            Limit(scope: .tier, subject: "?", meter: .tokens, window: .bucket, amount: 1),
            Flaw("refill", .contradictory(.bucketNeedsRefill))
        ),
        (
            Limit(scope: .tier, subject: "?", meter: .tokens, window: .week, amount: -1),
            Flaw("amount", .outOfRange(Limit.amountRange))
        ),
        (
            Limit(scope: .tier, subject: "?", meter: .concurrent, window: .day, amount: 1),
            Flaw("window", .contradictory(.concurrencyNeedsLifetime))
        ),
    ])
    func nonsenseIsRefusedByItsField(_ limit: Limit, _ flaw: Flaw) async throws {
        var limit = limit
        if limit.subject == "?" { limit.subject = temporary.standard.id.rawValue }
        await #expect(throws: Flaws([flaw])) { try await limits.create(limit, by: temporary.actor) }
        await #expect(throws: Flaws([flaw])) { try await limits.preview(limit) }
    }

    @Test func theFullestAreToldFirstAndOthersAreCounted() async throws {
        let made = try await limits.create(onModel(1000), by: temporary.actor)
        var people: [Person] = []
        for index in 1...4 {
            people.append(try await temporary.addPerson("p\(index)@example.org"))
            _ = try await ask(Int64(index) * 100, by: people[index - 1])
        }
        try await temporary.store.people.setDisabled(true, people[3].id, by: temporary.actor)
        let standing = try #require(try await limits.standings(most: 2)[made.id])
        #expect(standing.fullest.map(\.holder) == [people[2].id.rawValue, people[1].id.rawValue])
        #expect(standing.fullest.map(\.held) == [300, 200] && standing.holders == 3)
        temporary.clock.advance(seconds: 86_400)
        #expect(try await limits.standings(most: 2)[made.id] == LimitStanding(), "yesterday is over")
    }

    @Test func thePreviewNamesThoseWhoWouldBeStopped() async throws {
        let other = try await temporary.addPerson("other@example.org")
        let fresh = try await limits.preview(onModel(10))
        #expect(fresh == LimitPreview(people: 2, stopped: []), "a new limit begins with nothing taken")
        var made = try await limits.create(onModel(100), by: temporary.actor)
        _ = try await ask(60)
        _ = try await ask(20, by: other)
        made.amount = 60
        #expect(try await limits.preview(made).stopped.map(\.holder) == [temporary.admin.id.rawValue])
        made.amount = 61
        #expect(try await limits.preview(made).stopped.isEmpty)
        made.amount = 1
        made.mode = .shadow
        #expect(try await limits.preview(made) == LimitPreview(people: 2, stopped: []))
        #expect(try await limits.limit(made.id)?.limit.amount == 100, "a preview changes nothing")
    }

    @Test func aBucketThatRefillsFasterHasRefilledAsItDidUntilThen() async throws {
        var bucket = try await limits.create(
            Limit(
                scope: .organization, subject: organization.rawValue, meter: .tokens, window: .bucket, amount: 1000,
                refill: 10_000_000), by: temporary.actor)
        _ = try await ask(1000)
        temporary.clock.advance(seconds: 10)
        bucket.refill = 100_000_000
        _ = try await limits.change(bucket, by: temporary.actor)
        let level = {
            try await self.ledger.accounts(on: self.path(), at: self.temporary.clock.now()).first {
                $0.limit.id == bucket.id
            }?.available
        }
        #expect(try await level() == 100, "ten seconds at ten a second")
        temporary.clock.advance(seconds: 2)
        #expect(try await level() == 300, "and two at a hundred")
        #expect(try await limits.standings(most: 3)[bucket.id]?.fullest.first?.taken == 700)
    }

    @Test func aKeyIsFoundByItsBeginningWhileItMayBeUsed() async throws {
        let key = try await temporary.store.keys.create(
            APIKey.Settings(name: "Laptop"), secret: APIKey.Secret.random(), for: temporary.admin.id,
            by: temporary.actor)
        #expect(try await limits.key(beginning: key.beginning) == key.id)
        let limit = try await limits.create(
            Limit(scope: .key, subject: key.id.rawValue, meter: .cost, window: .week, amount: 5), by: temporary.actor)
        #expect(try await limits.limit(limit.id)?.subjectName == "Laptop (admin@example.org)")
        try await temporary.store.keys.revoke(key.id, of: temporary.admin.id, by: temporary.actor)
        #expect(try await limits.key(beginning: key.beginning) == nil)
        #expect(try await !limits.all().contains { $0.limit.id == limit.id })
    }

    @Test func aProjectHasItsLimitsAtHand() async throws {
        let projects = temporary.store.projects
        let made = try await projects.create(
            Project.Draft(name: "P", priority: .low, allowance: .init(tokensPerDay: 500, tokensPerRequest: 50)),
            by: temporary.actor)
        #expect(try await projects.all() == [made])
        let day = try #require(
            try await limits.all().first { $0.limit.scope == .project && $0.limit.window == .day }?.limit)
        #expect(day.subject == made.id.rawValue && day.amount == 500)
        let changed = try await projects.change(
            made.id, to: Project.Draft(name: "P", allowance: .init(tokensPerRequest: 60)), by: temporary.actor)
        #expect(changed.allowance == Project.Allowance(tokensPerRequest: 60))
        #expect(try await limits.limit(day.id)?.retiredAt != nil)
        #expect(try await latest()?.before?.contains("\"tokensPerDay\":500") == true)
    }
}

struct Surprise: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
