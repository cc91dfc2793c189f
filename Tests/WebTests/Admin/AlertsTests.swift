import Core
import Foundation
import HTTPTypes
import Store
import Testing

@testable import Web

/// `/admin/alerts`, and what people are told of limits that were raised.
@Suite struct AlertsTests {
    @Test func anAlertIsSeenWithWhatBecameOfIt() async throws {
        let desk = try await AdminDesk()
        #expect(try await desk.browser.get("/admin/alerts").text.contains("No limit has come to a threshold yet."))
        try await setRules(
            [
                AlertRule(thresholdPartsPerMillion: 10_000, action: .warn),
                AlertRule(thresholdPartsPerMillion: 15_000, action: .warn, channels: [.slack, .email]),
            ], desk)
        try await desk.site.use(promptTokens: 3_000, reply: "four", by: desk.person)
        let due = try await desk.site.store.alerts.due(10, leaseSeconds: 60)
        try await desk.site.store.alerts.delivered(due[0].id)
        try await desk.site.store.alerts.failed(due[1].id, because: AlertFailure("<b>no_service</b>", isFinal: true))
        let page = try await desk.browser.get("/admin/alerts").text
        #expect(page.contains("2 alerts") && page.contains("Maren Voss (maren@example.org)"))
        #expect(page.contains("tokens per hour") && page.contains("1.5 %") && page.contains("3,004 of 100,000"))
        #expect(page.contains("only here") && page.contains("E-mail <span class=\"badge good\">delivered</span>"))
        #expect(page.contains("Slack <span class=\"badge stop\">given up</span>"))
        #expect(page.contains("&lt;b&gt;no_service&lt;/b&gt;, 1 try"))
    }

    private func setRules(_ rules: [AlertRule], _ desk: AdminDesk) async throws {
        var organization = try await desk.site.store.organizations.current()
        organization.alertRules = rules
        try await desk.site.store.organizations.change(to: organization, by: .program)
    }

    @Test func whoseLimitIsRaisedIsToldSo() {
        var limit = Limit(
            scope: .tier, subject: "staff", meter: .tokens, window: .day, amount: 100_000, elasticCeiling: 200_000)
        func row(amount: Int64) -> LimitRow {
            let account = Account(
                limit: limit, holder: "maren", amount: amount, windowStart: Timestamp(milliseconds: 0), resetsAt: nil)
            return LimitRow.rows([account], zone: .gmt, words: .english)[0]
        }
        #expect(row(amount: 100_000).raised == nil)
        limit.raisedTo = 130_000
        #expect(row(amount: 130_000).raised == "raised from 100,000 while there is room")
        #expect(row(amount: 130_000).amount == "130,000")
    }
}
