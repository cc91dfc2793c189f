import Core
import Logging
import Synchronization
import Testing

@testable import Store

/// Alerts on their way from the store to a sender that the test plays.
struct AlertCourierTests {
    let desk: LimitDesk

    init() async throws {
        desk = try await LimitDesk()
        try await desk.setRules([
            AlertRule(thresholdPartsPerMillion: 500_000, action: .warn, channels: [.slack]),
            AlertRule(thresholdPartsPerMillion: 800_000, action: .warn, channels: [.slack, .email, .webhook]),
        ])
        try await desk.organizationLimit(1_000)
    }

    private func targets(_ targets: AlertTargets) async throws {
        var organization = try await desk.temporary.store.organizations.current()
        organization.alertTargets = targets
        try await desk.temporary.store.organizations.change(to: organization, by: desk.temporary.actor)
    }

    private func courier(_ sender: PlayedSender, of store: SQLStore? = nil) -> AlertCourier {
        let store = store ?? desk.temporary.store
        return AlertCourier(
            alerts: store.alerts, organizations: store.organizations, sender: sender, time: desk.temporary.clock,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static let all = AlertTargets(
        slackURL: "https://slack.test/a", webhookURL: "https://hook.test/a", emails: ["ada@example.org"])

    @Test func twoWorkersSendEachAlertOnce() async throws {
        try await targets(Self.all)
        try await desk.use(900)
        let sender = PlayedSender()
        let couriers = [courier(sender), courier(sender, of: try await desk.anotherWorker())]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for courier in couriers { group.addTask { try await courier.deliver() } }
            try await group.waitForAll()
        }
        #expect(sender.sent.sorted() == ["email 80", "slack 50", "slack 80", "webhook 80"])
        try await couriers[0].deliver()
        #expect(sender.sent.count == 4)
    }

    @Test func oneThatFailsHoldsUpNoOther() async throws {
        try await targets(Self.all)
        try await desk.use(900)
        let sender = PlayedSender(failing: ["slack 50"])
        try await courier(sender).deliver()
        #expect(sender.sent.sorted() == ["email 80", "slack 80", "webhook 80"])
        try await courier(sender).deliver()
        #expect(sender.tries == 4)
        desk.temporary.clock.advance(seconds: 30)
        try await courier(sender).deliver()
        #expect(sender.tries == 5 && sender.sent.count == 3)
        let states = try await desk.temporary.store.alerts.newest(10).last?.channels
        #expect(states?.first?.failure == "it answered 503" && states?.first?.attempts == 2)
    }

    @Test func aChannelThatLeadsNowhereIsGivenUpAndSaysWhy() async throws {
        try await targets(AlertTargets(emails: ["ada@example.org"]))
        try await desk.use(900)
        let sender = PlayedSender()
        try await courier(sender).deliver()
        #expect(sender.sent == ["email 80"])
        let slack = try #require(try await desk.temporary.store.alerts.newest(10).last?.channels.first)
        #expect(slack.state == .givenUp(.start) && slack.failure == "there is no address for this channel")
    }

    @Test func aTestGoesToEveryChannelThatHasATargetAndTouchesNothing() async throws {
        let sender = PlayedSender(failing: ["email 80"])
        var targets = Self.all
        targets.webhookURL = "nonsense"
        let results = try await courier(sender).send(to: targets)
        #expect(results.mapValues { (try? $0.get()) != nil } == [.slack: true, .email: false, .webhook: false])
        #expect(sender.sent == ["slack 80"] && sender.tests == 2)
        #expect(try await courier(sender).send(to: AlertTargets()).isEmpty)
        #expect(try await desk.temporary.store.alerts.newest(10).isEmpty)
    }
}

/// Takes alerts, or fails, as the test says.
private final class PlayedSender: AlertSender {
    private struct State {
        var sent: [String] = []
        var tries = 0
        var tests = 0
    }

    private let failing: Set<String>
    private let state = Mutex(State())

    init(failing: Set<String> = []) {
        self.failing = failing
    }

    var sent: [String] { state.withLock { $0.sent } }
    var tries: Int { state.withLock { $0.tries } }
    var tests: Int { state.withLock { $0.tests } }

    func send(_ notice: AlertNotice, to target: AlertTarget) async throws {
        let channel =
            switch target {
            case .slack: "slack"
            case .webhook: "webhook"
            case .email: "email"
            }
        let name = "\(channel) \(notice.alert.thresholdPartsPerMillion / 10_000)"
        try state.withLock { state in
            state.tries += 1
            if notice.isTest { state.tests += 1 }
            if failing.contains(name) { throw AlertFailure("it answered 503") }
            state.sent.append(name)
        }
    }
}
