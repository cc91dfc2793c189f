import Core
import Testing

@testable import Store

/// From the threshold to the channels: each delivery once, by one of several workers, and none of them lost.
struct AlertsTests {
    let desk: LimitDesk
    var alerts: any Alerts { desk.temporary.store.alerts }

    init() async throws {
        desk = try await LimitDesk()
        try await desk.setRules([
            AlertRule(thresholdPartsPerMillion: 500_000, action: .warn),
            AlertRule(thresholdPartsPerMillion: 800_000, action: .warn, channels: [.slack, .email]),
        ])
    }

    @Test func whatARuleSaysIsToldOnItsChannelsAndOtherwiseNotAtAll() async throws {
        let limit = try await desk.organizationLimit(1_000)
        try await desk.use(600)
        #expect(try await alerts.due(10, leaseSeconds: 60).isEmpty)
        try await desk.use(250)
        let due = try await alerts.due(10, leaseSeconds: 60)
        #expect(due.map(\.channel) == [.email, .slack])
        let alert = try #require(due.first?.alert)
        #expect(alert.limit.id == limit.id && alert.holderName == "My organization")
        #expect(alert.used == 850 && alert.amount == 1_000 && alert.thresholdPartsPerMillion == 800_000)
        #expect(alert.resetsAt != nil && alert.at == desk.temporary.clock.now())
        let newest = try await alerts.newest(10)
        #expect(newest.map(\.channels.count) == [2, 0])
    }

    @Test func eachHolderIsCalledByName() async throws {
        try await desk.limit(1_000, scope: .tier, subject: desk.temporary.standard.id.rawValue)
        try await desk.use(900)
        #expect(try await alerts.newest(1).first?.alert.holderName == "Ada (admin@example.org)")
    }

    @Test func ofSeveralWorkersOneDelivers() async throws {
        try await desk.organizationLimit(1_000)
        try await desk.use(900)
        let others = try await desk.anotherWorker()
        async let mine = alerts.due(10, leaseSeconds: 60)
        async let theirs = others.alerts.due(10, leaseSeconds: 60)
        let all = try await mine + theirs
        try #require(Set(all.map(\.id)).count == 2 && all.count == 2)
        try await alerts.delivered(all[0].id)
        desk.temporary.clock.advance(seconds: 59)
        #expect(try await others.alerts.due(10, leaseSeconds: 60).isEmpty)
        desk.temporary.clock.advance(seconds: 1)
        #expect(try await others.alerts.due(10, leaseSeconds: 60).map(\.id) == [all[1].id], "its worker is gone")
    }

    @Test func whatFailsIsTriedAgainAloneUntilADayIsOver() async throws {
        try await desk.organizationLimit(1_000)
        try await desk.use(900)
        let due = try await alerts.due(10, leaseSeconds: 60)
        try await alerts.delivered(due[0].id)
        try await alerts.failed(due[1].id, because: AlertFailure("it answered 503"))
        #expect(try await alerts.due(10, leaseSeconds: 60).isEmpty)
        desk.temporary.clock.advance(seconds: 30)
        let again = try await alerts.due(10, leaseSeconds: 60)
        #expect(again.map(\.id) == [due[1].id])
        let waiting = try #require(try await alerts.newest(1).first?.channels.last)
        #expect(waiting.attempts == 2 && waiting.failure == "it answered 503")
        desk.temporary.clock.advance(seconds: AlertRetry.patienceSeconds)
        try await alerts.failed(due[1].id, because: AlertFailure("it answered 503"))
        let over = try #require(try await alerts.newest(1).first?.channels)
        #expect(over.map(\.state) == [.delivered(.start), .givenUp(desk.temporary.clock.now())])
        desk.temporary.clock.advance(seconds: 100_000)
        #expect(try await alerts.due(10, leaseSeconds: 60).isEmpty)
    }

    @Test func whoeverWasTakenForGoneMayStillDeliver() async throws {
        try await desk.organizationLimit(1_000)
        try await desk.use(900)
        let slow = try await alerts.due(1, leaseSeconds: 60)[0]
        desk.temporary.clock.advance(seconds: 61)
        _ = try await alerts.due(10, leaseSeconds: 60)
        try await alerts.delivered(slow.id)
        try await alerts.failed(slow.id, because: AlertFailure("too late"))
        #expect(try await alerts.newest(1).first?.channels.first?.state == .delivered(desk.temporary.clock.now()))
    }

    @Test func theAuditLogHasNoAddressThatCanBeWrittenTo() async throws {
        var organization = try await desk.temporary.store.organizations.current()
        organization.alertTargets.slackURL = "https://hooks.slack.com/services/T0/B0/secret"
        try await desk.temporary.store.organizations.change(to: organization, by: desk.temporary.actor)
        let entry = try #require(try await desk.temporary.store.auditLog.entries(AuditQuery(count: 1)).first)
        #expect(entry.after?.contains("hooks.slack.com") == true && entry.after?.contains("secret") == false)
        #expect(try await desk.temporary.store.organizations.current() == organization)
    }
}
