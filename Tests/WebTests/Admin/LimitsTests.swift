import Core
import HTTPTypes
import Store
import Testing

@testable import Web

/// `/admin/limits`, by its own forms.
@Suite struct LimitsTests {
    private static let new = "/admin/limits?edit=new"

    private func make(
        _ desk: AdminDesk, _ changes: [String: String], pressing intent: String = "save"
    ) async throws -> Answer {
        try await desk.send("/admin/limits#form", on: Self.new, changes, pressing: intent)
    }

    private func made(_ desk: AdminDesk) async throws -> ListedLimit {
        try #require(try await desk.site.store.limits.all().first { !$0.isAllowance })
    }

    private func tier(_ desk: AdminDesk) async throws -> String { "tier:\(try await desk.site.standard().id)" }

    @Test func aLimitOnAModelIsMadeAndMetInAnotherWorker() async throws {
        let desk = try await AdminDesk()
        let model = try await desk.site.model()
        let changes = ["whom": try await tier(desk), "model": model.id.rawValue, "window": "week", "amount": "1,200"]
        #expect(try await !desk.quote(1300).isRefused)
        let answer = try await make(desk, changes)
        #expect(answer.location == "/admin/limits")
        #expect(try await desk.quote(1300).isRefused)
        #expect(try await desk.latest().action == .limitCreated)
        let page = try await desk.browser.get("/admin/limits").text
        #expect(page.contains("Standard: tokens per week of small are limited now."))
        #expect(page.contains("Each person of a tier") && page.contains("<td class=\"right\">1,200</td>"))
    }

    @Test func everythingThatWasChosenComesBackInTheForm() async throws {
        let desk = try await AdminDesk()
        let organization = try await desk.site.store.organizations.current().id
        let full = Limit(
            scope: .organization, subject: organization.rawValue, meter: .cost, window: .bucket, amount: 2_500_000_000,
            refill: 100_000_000_000_000, mode: .shadow,
            schedule: [
                ScheduleRule(weekdays: [.monday, .friday], fromMinute: 1320, untilMinute: 0, amount: 1),
                ScheduleRule(weekdays: Set(Weekday.allCases), fromMinute: 0, untilMinute: 90, amount: 7_000_000_000),
            ],
            pressure: Pressure(
                thresholdPartsPerMillion: 805_000, sharesPartsPerMillion: [.low: 1, .normal: 500_000]))
        let limit = try await desk.site.store.limits.create(full, by: .program)
        let path = "/admin/limits/\(limit.id)#form"
        let page = try await desk.browser.get("/admin/limits?edit=\(limit.id)").text
        #expect(page.contains("$0.1 flow back each second") && page.contains("Monday, Friday 22:00–00:00"))
        #expect(try await desk.send(path, on: "/admin/limits?edit=\(limit.id)", pressing: "save").status == .seeOther)
        #expect(try await desk.site.store.limits.limit(limit.id)?.limit == limit)
        let day = try #require(try await desk.site.store.limits.all().first { $0.isAllowance }?.limit)
        let elastic = try await desk.send(
            "/admin/limits/\(day.id)#form", on: "/admin/limits?edit=\(day.id)",
            ["ceiling": String(day.amount * 2)], pressing: "save")
        #expect(elastic.status == .seeOther)
        #expect(try await desk.site.store.limits.limit(day.id)?.limit.elasticCeiling == day.amount * 2)
    }

    @Test func oneMoreRuleIsAddedWithoutScriptsAndNothingIsLost() async throws {
        let desk = try await AdminDesk()
        let first = [
            "amount": "100", "rules[r0][days][]": "1", "rules[r0][from]": "08:00", "rules[r0][until]": "18:00",
            "rules[r0][amount]": "50", "whom": "person:", "person": "maren@example.org",
        ]
        let more = try await make(desk, first, pressing: "row")
        #expect(more.status == .ok)
        let form = try PageForm(more.text, action: "/admin/limits#form")
        #expect(form["rules[r0][amount]"] == "50" && form["rules[r1][amount]"] == "" && form["amount"] == "100")
        #expect(try await desk.site.store.limits.all().allSatisfy(\.isAllowance))
        let second = [
            "rules[r1][days][]": "7", "rules[r1][from]": "22:00", "rules[r1][until]": "06:00",
            "rules[r1][amount]": "0", "intent": "save",
        ]
        #expect(try await desk.post("/admin/limits", form.with(second)).status == .seeOther)
        let limit = try await made(desk).limit
        #expect(limit.scope == .person && limit.subject == desk.person.id.rawValue)
        #expect(limit.schedule.map(\.amount) == [50, 0] && limit.schedule[1].weekdays == [.sunday])
    }

    @Test(arguments: [
        (["amount": ""], "This is needed."), (["amount": "2.5"], "This is not written as it should be."),
        (["window": "bucket"], "This is needed."),
        (["window": "bucket", "refill": "0"], "More than nothing a second"),
        (["whom": "person:"], "This is needed."),
        (["whom": "person:", "person": "nobody@example.org"], "There is no such thing"),
        (["whom": "key:", "key": "slk_nothing"], "There is no such thing"), (["whom": "nonsense"], "This is needed."),
        (["whom": "project:0"], "There is no such thing"), (["model": "none"], "There is no such thing"),
        (["meter": "concurrent"], "Requests at once are counted at every moment"),
        (["threshold": "80"], "This is needed."), (["threshold": "eighty", "low": "20"], "A number such as 80."),
        (["threshold": "80", "low": "20"], "are shared by priorities"),
        (["ceiling": "5"], "the ceiling is below the amount"),
        (["rules[r0][amount]": "5"], "This is needed."),
        (
            ["rules[r0][amount]": "5", "rules[r0][days][]": "1", "rules[r0][from]": "25:00"],
            "not written as it should be"
        ),
        (["meter": "cost", "amount": "0.1234567891"], "This is not written as it should be."),
    ])
    func whatIsWrongStandsBesideItsFieldAndIsKept(_ changes: [String: String], _ words: String) async throws {
        let desk = try await AdminDesk()
        let before = try await desk.site.store.limits.all()
        let answer = try await make(desk, ["amount": "10", "window": "week"].merging(changes) { $1 })
        #expect(answer.status == .unprocessableContent && answer.text.contains(words), "\(answer.text.suffix(9000))")
        let form = try PageForm(answer.text, action: "/admin/limits#form")
        for (name, value) in changes where !["nonsense", "project:0", "none"].contains(value) && !name.hasSuffix("[]") {
            #expect(form[name] == value, "\(name)")
        }
        #expect(try await desk.site.store.limits.all() == before)
    }

    @Test func aSecondOneThatCountsTheSameIsRefusedByName() async throws {
        let desk = try await AdminDesk()
        let answer = try await make(desk, ["whom": try await tier(desk), "window": "day", "amount": "7"])
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains("There is a limit already that counts exactly this."))
    }

    @Test func thePreviewSaysWhoWouldBeStoppedAndChangesNothing() async throws {
        let desk = try await AdminDesk()
        let model = try await desk.site.model().id.rawValue
        _ = try await make(desk, ["whom": try await tier(desk), "model": model, "amount": "9000"])
        try await desk.site.use(promptTokens: 300, reply: "yes", by: desk.person)
        let limit = try await made(desk).limit
        let page = "/admin/limits?edit=\(limit.id)"
        let preview = { (amount: String) in
            try await desk.send("/admin/limits/\(limit.id)#form", on: page, ["amount": amount], pressing: "preview")
                .text
        }
        let harsh = try await preview("303")
        #expect(harsh.contains("It concerns 2 people. 1 of them has already taken as much"))
        #expect(harsh.contains("would be stopped at once: Maren Voss."))
        #expect(try await preview("304").contains("Nobody would be stopped at once."))
        #expect(try await preview("0").contains("Nothing is let through at once"))
        #expect(try await made(desk).limit == limit)
        let list = try await desk.browser.get("/admin/limits").text
        #expect(list.contains("Maren Voss</a> <span class=\"figure\">303 of 9,000</span>"))
    }

    @Test func aLimitIsTakenAwayAndTheTierKeepsItsOwn() async throws {
        let desk = try await AdminDesk()
        _ = try await make(desk, ["whom": try await tier(desk), "window": "week", "amount": "10"])
        #expect(try await desk.quote(50).isRefused)
        let limit = try await made(desk).limit
        #expect(try await desk.post("/admin/limits/\(limit.id)/retire", []).location == "/admin/limits")
        #expect(try await !desk.quote(50).isRefused)
        #expect(try await desk.browser.get("/admin/limits?edit=\(limit.id)").status == .notFound)
        #expect(try await desk.post("/admin/limits/\(limit.id)/retire", []).status == .notFound)
        let own = try #require(try await desk.site.store.limits.all().first { $0.isAllowance }?.limit)
        let refused = try await desk.post("/admin/limits/\(own.id)/retire", [])
        #expect(refused.status == .unprocessableContent && refused.text.contains("This limit belongs to its tier."))
        #expect(refused.text.contains("/admin/tiers?edit=\(own.subject)#form"))
    }

    @Test func aLimitThatOnlyNotesSaysWhatItWouldHaveRefused() async throws {
        let desk = try await AdminDesk()
        _ = try await make(desk, ["whom": try await tier(desk), "window": "week", "amount": "10", "mode": "shadow"])
        let quiet = try await desk.browser.get("/admin/limits?state=shadow").text
        #expect(quiet.contains("refused nothing in the last 7 days"))
        try await desk.site.use(promptTokens: 300, reply: "yes", by: desk.person)
        let page = try await desk.browser.get("/admin/limits?state=shadow").text
        #expect(page.contains("It would have refused 1 request in the last 7 days, of "))
        #expect(!page.contains("requests per minute"), "only what was asked for is shown")
    }

    @Test func theUsagePageSaysWhatRefusalsSavedAndWhatKeysUsed() async throws {
        let desk = try await AdminDesk()
        _ = try await make(desk, ["whom": try await tier(desk), "window": "perRequest", "amount": "100"])
        let prompt = Prompt(
            person: desk.person.id, model: "small",
            messages: [ChatMessage(role: .user, content: String(repeating: "a", count: 500))])
        _ = try? await desk.site.gate.submit(prompt)
        let page = try await desk.browser.get("/admin/usage").text
        #expect(page.contains("were saved by 1 refused request"))
        #expect(page.contains("<strong>Standard</strong> tokens per request"))
        #expect(try await desk.browser.get("/admin/usage.csv").text.hasPrefix("kind,name,email"))
    }
}
