import Core
import Foundation
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// The pages that only show: usage, holds, health, the audit log.
@Suite struct WatchingTests {
    @Test(arguments: ["today", "month"])
    func theUsagePageSaysWhatTheLedgerSays(_ period: String) async throws {
        let desk = try await AdminDesk()
        try await desk.site.use(promptTokens: 3_000, reply: "four", by: desk.person)
        try await desk.site.use(promptTokens: 100, reply: "of the admin", by: desk.site.admin())
        let page = try await desk.browser.get("/admin/usage?period=\(period)").text
        #expect(page.contains("3,116 tokens in 2 requests by 2 people, in the time of UTC."))
        #expect(page.contains("href=\"/admin/people/\(desk.person.id)\">Maren Voss</a>"))
        #expect(page.contains("<td class=\"right\">3,004</td>"))
        let csv = try await desk.browser.get("/admin/usage.csv?period=\(period)")
        #expect(csv.headers[.contentDisposition] == "attachment; filename=\"usage-\(period).csv\"")
        #expect(csv.text.contains("person,Maren Voss,maren@example.org,1,3000,4,3004,0\r\n"))
        #expect(csv.text.contains("model,small,,2,3100,16,3116,0\r\n"))
    }

    @Test func whatASpreadsheetWouldRunIsText() {
        var table = CSVTable(["name"])
        table.append(["=HYPERLINK(\"http://evil\")"])
        table.append(["-5"])
        table.append(["@a,b\r\nc"])
        #expect(table.text == "name\r\n\"'=HYPERLINK(\"\"http://evil\"\")\"\r\n-5\r\n\"'@a,b\r\nc\"\r\n")
    }

    @Test func aHoldIsSeenWhileItsRequestRuns() async throws {
        let desk = try await AdminDesk()
        #expect(try await desk.browser.get("/admin/holds").text.contains("Nothing is held"))
        let prompt = Prompt(
            person: desk.person.id, model: "small", messages: [ChatMessage(role: .user, content: "0123456789")],
            maxReplyTokens: 2_000)
        let live = try await desk.site.gate.submit(prompt)
        let scripted = await desk.site.upstream.next()
        desk.site.clock.advance(seconds: 7)
        let page = try await desk.browser.get("/admin/holds").text
        #expect(page.contains("1 hold, 2,010 tokens") && page.contains("Maren Voss") && page.contains("7 s"))
        #expect(page.contains(prompt.requestID.rawValue))
        scripted.finish()
        _ = try await live.whole()
        #expect(try await desk.browser.get("/admin/holds").text.contains("0 holds, 0 tokens"))
    }

    @Test func healthNamesWhatIsWrong() async throws {
        let desk = try await AdminDesk()
        let well = try await desk.browser.get("/admin/health").text
        #expect(well.contains("1.2.3") && well.contains("SQLite 3.") && well.contains("answers with 1 model"))
        #expect(!well.contains("Not every upstream answers.") && well.contains("Only one person can administer."))
        desk.site.upstream.modelNames = .failure(.timedOut)
        #expect(try await desk.browser.get("/admin/health").text.contains("Not every upstream answers."))
        desk.site.upstream.modelNames = .success(["another"])
        #expect(try await desk.browser.get("/admin/health").text.contains("does not offer these models"))
    }

    @Test func theAuditLogIsFilteredAndTurned() async throws {
        let desk = try await AdminDesk()
        for number in 1...60 { try await desk.site.person("guest\(number)@example.org") }
        let first = try await desk.browser.get("/admin/audit?action=person.added").text
        #expect(first.contains("guest60@example.org") && !first.contains("guest9@example.org"))
        let older = try #require(first.firstMatch(of: /rel="next" href="([^"]*)"/)?.1)
        let second = try await desk.browser.get(String(older).replacing("&amp;", with: "&")).text
        #expect(second.contains("guest9@example.org") && !second.contains("guest60@example.org"))
        #expect(!second.contains("rel=\"next\""))
        let nobody = try await desk.browser.get("/admin/audit?actor=nobody@example.org").text
        #expect(nobody.contains("Nothing is found here."))
        #expect(try await desk.browser.get("/admin/audit?from=2026-01-08").text.contains("Nothing is found here."))
        #expect(try await !desk.browser.get("/admin/audit?until=2026-01-07").text.contains("Nothing is found here."))
    }

    @Test func theWholeLogIsCheckedWhenAsked() async throws {
        let desk = try await AdminDesk()
        #expect(try await !desk.browser.get("/admin/audit").text.contains("The log is whole"))
        #expect(try await desk.browser.get("/admin/audit?check=yes").text.contains("The log is whole: "))
    }

    @Test func whatTheAuditLogKeepsIsReadable() {
        let flat = AuditValue.flat(
            """
            {"id":"1","settings":{"allowance":{"tokensPerDay":25000},"disconnect":{"drain":{}},"models":["m1"]},\
            "expiresAt":{"milliseconds":1767787200000},"isRetired":false}
            """)
        let texts = flat.mapValues { $0.text(["m1": "small"], zone: .gmt, .english) }
        #expect(
            texts == [
                "id": "1", "tokens per day": "25,000", "disconnect": "drain", "models": "small",
                "expires at": "7 Jan 2026, 12:00 GMT", "is retired": "no",
            ])
    }
}
