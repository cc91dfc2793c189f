import Core
import HTTPTypes
import Store
import Testing

@testable import Web

/// `/metrics`: there for those who may read it, and without a person in it.
@Suite struct MetricsTests {
    @Test func withoutAReaderItIsNotThere() async throws {
        let site = try await TestSite()
        #expect(try await site.browser().get("/metrics").status == .notFound)
        #expect(try await site.browser(of: site.admin()).get("/metrics").status == .notFound)
    }

    @Test func isReadWithTheTokenOrFromTheAddress() async throws {
        let site = try await TestSite(metrics: MetricsAccess(token: "open sesame", addresses: ["192.0.2.9"]))
        #expect(try await site.browser(from: "192.0.2.9").get("/metrics").status == .ok)
        let stranger = site.browser(from: "192.0.2.90")
        #expect(try await stranger.get("/metrics", [.authorization: "Bearer open sesame"]).status == .ok)
        for wrong in ["", "Bearer", "Bearer ", "open sesame", "Bearer open sesam"] {
            let answer = try await stranger.get("/metrics", [.authorization: wrong])
            #expect(answer.status == .unauthorized && answer.headers[.wwwAuthenticate] == "Bearer", "\(wrong)")
        }
    }

    @Test func withoutATokenNoTokenOpens() async throws {
        let site = try await TestSite(metrics: MetricsAccess(addresses: ["192.0.2.9"]))
        #expect(try await site.browser().get("/metrics", [.authorization: "Bearer"]).status == .unauthorized)
        #expect(MetricsAccess(token: "").isOff && !MetricsAccess().admits("Bearer ", from: ""))
    }

    @Test func tellsWhatWasTakenAndOfWhom() async throws {
        let site = try await TestSite(metrics: MetricsAccess(addresses: ["192.0.2.7"]))
        let person = try await site.person()
        try await site.use(promptTokens: 3_000, reply: "four", by: person)
        let answer = try await site.browser().get("/metrics")
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        let lines = Set(answer.text.split(separator: "\n").map(String.init))
        #expect(
            lines.contains("sluice_tokens_total{kind=\"prompt\"} 3000") && lines.contains("sluice_requests_total 1"))
        #expect(lines.contains("sluice_queue_depth 0") && lines.contains("sluice_info{version=\"1.2.3\"} 1"))
        #expect(!answer.text.contains(person.id.rawValue) && !answer.text.contains("maren"))
    }

    @Test func everythingIsWrittenAsPrometheusReadsIt() {
        let limit = Limit(
            id: .init(rawValue: "l1"), scope: .project, subject: "p1", meter: .cost, window: .month,
            amount: 1_250_000_000)
        let account = Account(
            limit: limit, holder: "p1", windowStart: Timestamp(milliseconds: 0), resetsAt: nil, used: 7, held: 1)
        let reading = MetricsReading(
            queueDepth: 3, openHolds: 2,
            levels: [.init(account: account, holderName: "A \"b\"\\\n", modelName: nil)],
            since: Timestamp(milliseconds: 0), usage: UsageTotals(requests: 1),
            refusals: [.init(limit: limit.name, mode: .shadow, requests: 4)], alerts: [.block: 5],
            waitingDeliveries: 6, givenUpDeliveries: 0)
        let text = MetricsText(reading, version: "1").text
        let labels =
            #"{scope="project",meter="cost",window="month",holder="A \"b\"\\\n",model="",mode="enforce",limit="l1"}"#
        #expect(text.contains("\n# TYPE sluice_limit gauge\nsluice_limit\(labels) 1.250000000\n"))
        #expect(text.contains("sluice_limit_used\(labels) 0.000000007\n"))
        #expect(
            text.contains(#"sluice_refusals_total{scope="project",meter="cost",window="month",mode="shadow"} 4"# + "\n")
        )
        #expect(text.contains("sluice_alerts_total{action=\"block\"} 5\n") && text.hasSuffix("\n"))
        for line in text.split(separator: "\n") {
            #expect(line.firstMatch(of: /^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [-0-9.]+)$/) != nil, "\(line)")
        }
    }
}
