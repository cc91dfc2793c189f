import Core
import Testing

@testable import Store

/// Limits that rise with what the organization has left: all tests begin at noon of a day in UTC.
struct ElasticLimitsTests {
    let desk: LimitDesk
    var clock: StillClock { desk.temporary.clock }
    var elastic: any ElasticLimits { desk.temporary.store.elasticLimits }

    init() async throws {
        desk = try await LimitDesk()
    }

    private func tierLimit() async throws -> Limit {
        try await desk.limit(100, scope: .tier, subject: desk.temporary.standard.id.rawValue, ceiling: 10_100)
    }

    /// What the ledger lets the admin take now.
    private func amount(of limit: Limit) async throws -> Int64? {
        let accounts = try await desk.temporary.store.ledger.accounts(on: desk.path, at: clock.now())
        return accounts.first { $0.limit.id == limit.id }?.amount
    }

    @Test func risesByOneStepAMinuteAndFallsAtOnce() async throws {
        try await desk.organizationLimit(10_000)
        let limit = try await tierLimit()
        try await desk.use(100)
        for step: Int64 in 1...10 {
            #expect(try await elastic.adjust().map(\.after) == [100 + step * 1_000])
            #expect(try await amount(of: limit) == 100 + step * 1_000)
            #expect(try await elastic.adjust().isEmpty, "it is not yet time")
            clock.advance(seconds: 60)
        }
        #expect(try await elastic.adjust().isEmpty, "it is at its ceiling")
        try await desk.use(5_500)
        clock.advance(seconds: 60)
        #expect(try await elastic.adjust().map(\.after) == [100])
        #expect(try await amount(of: limit) == 100)
        let changes = try await elastic.changes(of: limit.id, count: 100)
        let (newest, oldest) = (try #require(changes.first), try #require(changes.last))
        #expect(changes.count == 11 && newest.before == 10_100)
        #expect(newest.reason.hasSuffix(" % of the organization's tokens per day: lowered to 100"))
        #expect(oldest.reason == "forecast 2 % of the organization's tokens per day: raised to 1,100")
    }

    @Test func everyChangeIsOnTheAuditLog() async throws {
        try await desk.organizationLimit(10_000)
        let limit = try await tierLimit()
        try await desk.use(50)
        _ = try await elastic.adjust()
        let entries = try await desk.temporary.store.auditLog.entries(AuditQuery(action: .limitAdjusted))
        let entry = try #require(entries.first)
        #expect(entries.count == 1 && entry.actor == .program && entry.subject == limit.id.rawValue)
        #expect(entry.subjectName == "Standard: tokens per day" && entry.before == "{\"amount\":100}")
        #expect(entry.after?.contains("\"amount\":1100,\"reason\":\"forecast ") == true)
        #expect(try await desk.temporary.store.auditLog.verify() != .broken(at: entry.id))
    }

    @Test func ofSeveralWorkersOneDoesIt() async throws {
        try await desk.organizationLimit(10_000)
        let limit = try await tierLimit()
        try await desk.use(10)
        let workers = [desk.temporary.store, try await desk.anotherWorker(), try await desk.anotherWorker()]
        for _ in 1...3 {
            let changes = try await withThrowingTaskGroup(of: [LimitChange].self) { group in
                for worker in workers { group.addTask { try await worker.elasticLimits.adjust() } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(changes.count == 1)
            clock.advance(seconds: 60)
        }
        #expect(try await amount(of: limit) == 3_100)
    }

    @Test func withoutALimitOfTheOrganizationNothingRises() async throws {
        try await desk.organizationLimit(10_000, .cost)
        try await desk.organizationLimit(10_000, .tokens, per: .hour)
        let limit = try await tierLimit()
        try await desk.use(10)
        #expect(try await elastic.adjust().isEmpty)
        #expect(try await amount(of: limit) == 100)
    }

    @Test func whatWasRaisedGoesBackWhenTheOrganizationsLimitGoes() async throws {
        let shared = try await desk.organizationLimit(10_000)
        let limit = try await tierLimit()
        try await desk.use(10)
        _ = try await elastic.adjust()
        #expect(try await amount(of: limit) == 1_100)
        try await desk.temporary.execute("UPDATE quota_limit SET retired_at = 1 WHERE id = '\(shared.id)'")
        clock.advance(seconds: 60)
        let changes = try await elastic.adjust()
        #expect(changes.map(\.reason) == ["no limit of the organization to forecast: lowered to 100"])
        #expect(try await amount(of: limit) == 100)
    }

    @Test func whatRunningRequestsHoldCounts() async throws {
        try await desk.organizationLimit(10_000)
        let limit = try await tierLimit()
        try await desk.use(10)
        try await desk.temporary.execute("UPDATE quota_limit SET raised_to = 10100 WHERE id = '\(limit.id)'")
        try await desk.hold(9_000)
        #expect(try await elastic.adjust().map(\.after) == [100])
    }

    @Test func aNewWindowIsJudgedByThoseBefore() async throws {
        try await desk.organizationLimit(10_000)
        let limit = try await tierLimit()
        try await desk.temporary.execute("UPDATE quota_limit SET raised_to = 10100 WHERE id = '\(limit.id)'")
        try await desk.use(7_500)
        clock.advance(seconds: 12 * 3600 + 30)
        #expect(try await elastic.adjust().map(\.after) == [1_100], "75 % yesterday, so about as much today")
    }

    @Test func aClockThatStepsBackStopsNothing() async throws {
        try await desk.organizationLimit(10_000)
        _ = try await tierLimit()
        try await desk.use(10)
        #expect(try await elastic.adjust().count == 1)
        clock.advance(seconds: -7200)
        #expect(try await elastic.adjust().count == 1)
    }
}
