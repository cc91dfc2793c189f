import Core
import Testing

@testable import Store

struct MetricsTests {
    let desk: LimitDesk

    init() async throws {
        desk = try await LimitDesk()
    }

    @Test func tellsHowEverythingStands() async throws {
        try await desk.setRules([
            AlertRule(thresholdPartsPerMillion: 800_000, action: .warn, channels: [.slack]),
            AlertRule(thresholdPartsPerMillion: 1_000_000, action: .block),
        ])
        try await desk.organizationLimit(1_000)
        try await desk.limit(5_000, scope: .tier, subject: desk.temporary.standard.id.rawValue)
        try await desk.use(850)
        try await desk.hold(100)
        await #expect(throws: LimitDesk.NotGranted.self) { try await desk.hold(500) }
        let reading = try await desk.temporary.store.metrics.reading()
        let level = try #require(reading.levels.first)
        #expect(reading.levels.count == 1, "what people have is nobody's business here")
        #expect(level.holderName == "My organization" && level.account.used == 850 && level.account.held == 100)
        #expect(reading.openHolds == 1 && reading.queueDepth == 0)
        #expect(reading.usage.requests == 1 && reading.usage.totalTokens == 850)
        let name = Limit.Name(scope: .organization, meter: .tokens, window: .day)
        #expect(reading.refusals == [.init(limit: name, mode: .enforce, requests: 1)])
        #expect(reading.alerts == [.warn: 1, .block: 1] && reading.waitingDeliveries == 1)
    }

    @Test func countsFromTheDaysBeginning() async throws {
        try await desk.organizationLimit(1_000)
        try await desk.use(850)
        desk.temporary.clock.advance(seconds: 12 * 3600)
        let reading = try await desk.temporary.store.metrics.reading()
        #expect(reading.since == desk.temporary.clock.now() && reading.usage == UsageTotals())
        #expect(reading.levels.first?.account.used == 0)
    }
}
