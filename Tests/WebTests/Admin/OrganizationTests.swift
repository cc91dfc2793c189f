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
        let organization = Organization(name: name)
        return [("name", name), ("timeZone", zone), ("resetHour", hour), ("weekStart", week), ("intent", intent)]
            + [("slackURL", ""), ("webhookURL", ""), ("emails", ""), ("waitsForHolds", "no"), ("sharesCache", "no")]
            + [("queueLength", "\(organization.queue.length)"), ("queueSeconds", "\(organization.queue.seconds)")]
    }

    @Test func theDayEndsWhenTheAdminSaysAndTheLedgerFollows() async throws {
        let desk = try await AdminDesk()
        try await desk.site.use(promptTokens: 100, reply: "four", by: desk.person)
        let page = try await desk.browser.get("/admin/organization").text
        #expect(page.contains("The day ends on 8 Jan 2026, 00:00 GMT"))
        let answer = try await desk.post("/admin/organization", form(zone: "Europe/Berlin", hour: "6", intent: "save"))
        #expect(answer.location == "/admin/organization")
        let running = try #require(try await desk.quote(1).accounts.first { $0.limit.window == .day })
        #expect(running.resetsAt == Timestamp(milliseconds: 1_767_830_400_000), "at midnight, as it was announced")
        #expect(running.used == 104)
        desk.site.clock.advance(seconds: 13 * 3600)
        let next = try #require(try await desk.quote(1).accounts.first { $0.limit.window == .day })
        #expect(next.resetsAt == Timestamp(milliseconds: 1_767_848_400_000), "at six in Berlin")
        let entry = try await desk.latest()
        #expect(entry.action == .organizationChanged && entry.subjectName == "Harbour School")
        #expect(entry.before?.contains("\"resetHour\":0") == true && entry.after?.contains("\"resetHour\":6") == true)
    }

    @Test(arguments: [("6", "8 Jan 2026, 06:00 GMT"), ("13", "8 Jan 2026, 13:00 GMT"), ("23", "8 Jan 2026, 23:00 GMT")])
    func thePreviewSaysThatRunningWindowsLastAndWhenTheNextOnesEnd(_ hour: String, _ end: String) async throws {
        let desk = try await AdminDesk()
        try await desk.site.use(promptTokens: 100, reply: "four", by: desk.person)
        let preview = try await desk.post("/admin/organization", form(hour: hour, intent: "preview"))
        #expect(preview.status == .ok)
        #expect(preview.text.contains("last until their announced end: the day until 8 Jan 2026, 00:00 GMT"))
        #expect(preview.text.contains("the next day ends on \(end)"))
        #expect(try await desk.site.store.organizations.current().resetHour == 0, "a preview changes nothing")
        _ = try await desk.post("/admin/organization", form(hour: hour, intent: "save"))
        desk.site.clock.advance(seconds: 12 * 3600)
        let day = try #require(try await desk.quote(1).accounts.first { $0.limit.window == .day })
        #expect(day.used == 0 && day.resetsAt.map { Moment($0, zone: .gmt).text } == end)
    }

    @Test func aCalendarThatStaysMovesNoWindow() async throws {
        let desk = try await AdminDesk()
        let preview = try await desk.post("/admin/organization", form(intent: "preview"))
        #expect(preview.text.contains("No window would end at another time."))
    }

    @Test func aFormThatIsSentBackUnchangedChangesNothing() async throws {
        let desk = try await AdminDesk()
        var organization = try await desk.site.store.organizations.current()
        organization.alertRules = [
            AlertRule(thresholdPartsPerMillion: 805_000, action: .warn, channels: [.slack, .email]),
            AlertRule(
                thresholdPartsPerMillion: 950_000, action: .throttle, channels: [.webhook],
                reductionPartsPerMillion: 333_000),
            AlertRule(thresholdPartsPerMillion: 1_000_000, action: .block, fallback: .cache),
        ]
        organization.alertTargets = AlertTargets(
            slackURL: "https://hooks.example.org/a?b=c&d=e", emails: ["a@example.org", "b@example.org"])
        organization.queue = QueueBounds(length: 7, seconds: 11, waitsForHolds: true)
        organization.sharesCache = true
        try await desk.site.store.organizations.change(to: organization, by: .program)
        let answer = try await desk.send("/admin/organization#form", on: "/admin/organization", pressing: "save")
        #expect(answer.status == .seeOther)
        #expect(try await desk.site.store.organizations.current() == organization)
    }

    @Test func aThresholdIsAddedWithoutScriptsAndAnotherTakenAway() async throws {
        let desk = try await AdminDesk()
        let page = try await desk.send("/admin/organization#form", on: "/admin/organization", pressing: "row")
        #expect(page.status == .ok)
        let form = try PageForm(page.text, action: "/admin/organization#form")
        #expect(form["alerts[r6][threshold]"] == "" && form["alerts[r7][threshold]"] == nil)
        let changes = [
            "alerts[r6][threshold]": "97.5", "alerts[r6][action]": "throttle", "alerts[r6][reduction]": "80",
            "alerts[r0][threshold]": "", "intent": "save",
        ]
        #expect(try await desk.post("/admin/organization", form.with(changes)).status == .seeOther)
        let rules = try await desk.site.store.organizations.current().alertRules
        #expect(rules.map(\.thresholdPartsPerMillion) == [750_000, 800_000, 900_000, 950_000, 1_000_000, 975_000])
        #expect(rules.last?.reductionPartsPerMillion == 800_000)
    }

    @Test(arguments: [
        ("alerts[r0][threshold]", "101"), ("alerts[r0][threshold]", "half"), ("alerts[r4][reduction]", "100"),
        ("queueLength", "-1"), ("queueSeconds", "601"), ("queueLength", ""),
    ])
    func whatMakesNoSenseOfTheLadderComesBack(_ field: String, _ value: String) async throws {
        let desk = try await AdminDesk()
        let before = try await desk.site.store.organizations.current()
        let answer = try await desk.send(
            "/admin/organization#form", on: "/admin/organization", [field: value], pressing: "save")
        #expect(answer.status == .unprocessableContent && answer.text.contains("class=\"error\""))
        #expect(try PageForm(answer.text, action: "/admin/organization#form")[field] == value)
        #expect(try await desk.site.store.organizations.current() == before)
    }

    @Test func anExampleGoesToTheTargetsAsTypedAndNothingIsSaved() async throws {
        let desk = try await AdminDesk()
        let before = try await desk.site.store.organizations.current()
        let send = { (webhook: String) in
            try await desk.send(
                "/admin/organization#form", on: "/admin/organization", ["webhookURL": webhook], pressing: "test")
        }
        #expect(try await send("https://hooks.example.org/a").text.contains("<strong>Webhook</strong> was taken."))
        #expect(try await send("").text.contains("There is no address to send to."))
        let bad = try await send("no address")
        #expect(bad.status == .unprocessableContent && bad.text.contains("value=\"no address\""))
        #expect(try await desk.site.store.organizations.current() == before)
    }

    @Test func anExtraForEverybodyIsGivenAndTakenBack() async throws {
        let desk = try await AdminDesk()
        let given = [
            "meter": "cost", "amount": "2.50", "expiresAt": "2026-01-09", "reason": "A <busy> week",
        ]
        let answer = try await desk.send("/admin/organization/grants#grants", on: "/admin/organization", given)
        #expect(answer.location == "/admin/organization")
        let pot = try #require(try await desk.site.store.grants.running().first)
        #expect(pot.grant.meter == .cost && pot.grant.amount == 2_500_000_000)
        let mine = try await desk.site.browser(of: desk.person).get("/account").text
        #expect(mine.contains("+$2.50") && mine.contains("A &lt;busy&gt; week"))
        #expect(mine.contains("for everybody together"))
        let list = try await desk.browser.get("/admin/limits").text
        #expect(list.contains("/admin/organization/grants/\(pot.grant.id)/revoke"))
        #expect(try await desk.post("/admin/organization/grants/\(pot.grant.id)/revoke", []).status == .seeOther)
        #expect(try await desk.site.store.grants.running().isEmpty)
        let refused = try await desk.send(
            "/admin/organization/grants#grants", on: "/admin/organization", ["amount": "much", "expiresAt": "soon"])
        #expect(refused.status == .unprocessableContent && refused.text.contains("value=\"much\""))
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
