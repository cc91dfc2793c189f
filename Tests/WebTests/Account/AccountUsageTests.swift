import Core
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct AccountUsageTests {
    @Test func aDayOfUseIsThereAsNumbersPictureAndSpreadsheet() async throws {
        let site = try await TestSite()
        let person = try await site.person()
        try await site.use(promptTokens: 1200, reply: "twelve bytes", by: person)
        let browser = try await site.browser(of: person)
        let page = try await browser.get("/account/usage").text
        #expect(page.contains("1,212 tokens in 1 request since 9 Dec 2025, in the time of UTC."))
        #expect(page.contains("<rect class=\"s1\"") && page.contains("7 Jan, small: 1,212 tokens"))
        let csv = try await browser.get("/account/usage.csv")
        #expect(csv.headers[.contentType] == "text/csv; charset=utf-8")
        #expect(csv.headers[.contentDisposition] == "attachment; filename=\"usage-month.csv\"")
        #expect(csv.text.split(separator: "\r\n").dropFirst() == ["2026-01-07,small,1,1200,0,12,0,1212,0"])
    }

    @Test func theHeaderThePageAndTheLimitsSayTheSame() async throws {
        let site = try await TestSite()
        let person = try await site.person()
        try await site.use(promptTokens: 1200, reply: "twelve bytes", by: person)
        let page = try await site.browser(of: person).get("/account/usage?period=today").text
        #expect(page.contains("Today: 1,212 tokens") && page.contains("1,212 tokens in 1 request since 7 Jan 2026"))
        #expect(page.contains("Your tokens today") && page.contains("<td class=\"right\">498,788</td>"))
    }

    @Test func daysAreThePersonsOwn() async throws {
        let site = try await TestSite()
        let person = try await site.store.people.setPreferences(
            Person.Preferences(displayName: "Maren", timeZone: "Pacific/Auckland", locale: nil), of: site.person().id)
        try await site.use(promptTokens: 100, reply: "a", by: person)
        site.clock.advance(seconds: -2 * 3600)
        try await site.use(promptTokens: 50, reply: "b", by: person)
        site.clock.advance(seconds: 2 * 3600)
        let browser = try await site.browser(of: person)
        let lines = try await browser.get("/account/usage.csv").text.split(separator: "\r\n").dropFirst()
        #expect(lines == ["2026-01-07,small,1,50,0,1,0,51,0", "2026-01-08,small,1,100,0,1,0,101,0"])
        #expect(try await browser.get("/account/usage?period=today").text.contains("101 tokens in 1 request"))
    }

    @Test func nobodySeesWhatOthersUsed() async throws {
        let site = try await TestSite()
        try await site.use(promptTokens: 1200, reply: "twelve bytes", by: site.person("tomas@example.org"))
        let page = try await site.browser(of: site.person()).get("/account/usage").text
        #expect(page.contains("0 tokens in 0 requests") && page.contains("Nothing was used in this time."))
        #expect(!page.contains("1,212"))
    }

    @Test(arguments: ["", "year", "%00", "../../etc", "<script>", "month&period=today"])
    func aPeriodThatIsNoneIsTheUsualOne(_ period: String) async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        let page = try await browser.get("/account/usage?period=\(period)")
        #expect(page.status == .ok)
        #expect(page.text.contains("since 9 Dec 2025") && !page.text.contains("<script>"))
        let csv = try await browser.get("/account/usage.csv?period=\(period)")
        #expect(csv.headers[.contentDisposition] == "attachment; filename=\"usage-month.csv\"")
    }

    @Test(arguments: ["=1+1", "+1+cmd|A1", "-1+2", "@SUM(A1)", "a,b", "a\"b"])
    func noCellOfTheSpreadsheetIsAFormula(_ name: String) async throws {
        let site = try await TestSite()
        let person = try await site.person()
        try await site.use(promptTokens: 10, reply: "a", by: person)
        var model = try await site.model()
        model.settings.name = name
        _ = try await site.store.models.change(model.id, to: model.settings, by: .shell)
        let line = try await site.browser(of: person).get("/account/usage.csv").text.split(separator: "\r\n")[1]
        let expected = ["a,b": "\"a,b\"", "a\"b": "\"a\"\"b\""][name] ?? "'" + name
        #expect(line == "2026-01-07,\(expected),1,10,0,1,0,11,0")
    }
}
