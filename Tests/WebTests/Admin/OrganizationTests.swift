import Core
import Foundation
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct OrganizationTests {
    /// At this moment it is noon in Greenwich, on Wednesday the 7th of January 2026.
    private func form(
        name: String = "Harbour School", zone: String = "UTC", hour: String = "0", week: String = "1", intent: String
    ) -> [(String, String)] {
        [("name", name), ("timeZone", zone), ("resetHour", hour), ("weekStart", week), ("intent", intent)]
    }

    @Test func theDayEndsWhenTheAdminSaysAndTheLedgerFollows() async throws {
        let desk = try await AdminDesk()
        try await desk.site.use(promptTokens: 100, reply: "four", by: desk.person)
        let page = try await desk.browser.get("/admin/organization").text
        #expect(page.contains("The day ends on 8 Jan 2026, 00:00 GMT"))
        let answer = try await desk.post("/admin/organization", form(zone: "Europe/Berlin", hour: "6", intent: "save"))
        #expect(answer.location == "/admin/organization")
        let day = try #require(try await desk.quote(1).accounts.first { $0.limit.window == .day })
        #expect(try await desk.browser.get("/admin/organization").text.contains("on 8 Jan 2026, 06:00 GMT+1"))
        #expect(day.resetsAt == Timestamp(milliseconds: 1_767_848_400_000))
        let entry = try await desk.latest()
        #expect(entry.action == .organizationChanged && entry.subjectName == "Harbour School")
        #expect(entry.before?.contains("\"resetHour\":0") == true && entry.after?.contains("\"resetHour\":6") == true)
    }

    @Test(arguments: [("3", 0), ("6", 0), ("11", 0), ("12", 0), ("13", 104), ("18", 104), ("0", 104)])
    func thePreviewSaysWhetherWhatWasUsedGoesOnCounting(_ hour: String, _ used: Int64) async throws {
        let desk = try await AdminDesk()
        try await desk.site.use(promptTokens: 100, reply: "four", by: desk.person)
        let preview = try await desk.post("/admin/organization", form(hour: hour, intent: "preview"))
        #expect(preview.status == .ok)
        let windows = preview.text.firstMatch(of: /Counting begins anew at once for ([^:]*):/).map { String($0.1) }
        #expect((windows?.contains("today") == true) == (used == 0))
        #expect(preview.text.contains("What was used so far goes on counting.") == (windows == nil))
        #expect(try await desk.site.store.organizations.current().resetHour == 0, "a preview changes nothing")
        _ = try await desk.post("/admin/organization", form(hour: hour, intent: "save"))
        let day = try #require(try await desk.quote(1).accounts.first { $0.limit.window == .day })
        #expect(day.used == used)
        let shown = try await desk.browser.get("/admin/organization").text
        if let end = day.resetsAt, used == 0 {
            #expect(shown.contains("The day ends on \(Moment(end, zone: .gmt).text), the week"))
        }
    }

    @Test(arguments: [
        ("name", ""), ("name", "a\nb"), ("timeZone", "Mars/Olympus"), ("timeZone", ""), ("resetHour", "24"),
        ("resetHour", "x"), ("weekStart", "0"), ("weekStart", "8"),
    ])
    func whatMakesNoSenseComesBackBesideItsField(_ field: String, _ value: String) async throws {
        let desk = try await AdminDesk()
        let before = try await desk.site.store.organizations.current()
        let fields = form(intent: "save").map { $0.0 == field ? (field, value) : $0 }
        let answer = try await desk.post("/admin/organization", fields)
        #expect(answer.status == .unprocessableContent && answer.text.contains("class=\"error\""))
        #expect(try await desk.site.store.organizations.current() == before)
    }

    @Test func onlyAdminsComeHere() async throws {
        let desk = try await AdminDesk()
        let browser = try await desk.site.browser(of: desk.person)
        #expect(try await browser.get("/admin/organization").status == .forbidden)
        #expect(try await browser.postAsAdmin("/admin/organization", ["name": "x"]).status == .forbidden)
        let forged = try await desk.browser.post(
            "/admin/organization",
            ["name": "x", "timeZone": "UTC", "resetHour": "0", "weekStart": "1", "intent": "save", "token": "0"])
        #expect(forged.status == .forbidden)
    }
}
