import Core
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct PeopleTests {
    @Test func somebodyNewIsAddedAndCanSignInWithThePasswordThatIsShownOnce() async throws {
        let desk = try await AdminDesk()
        let tier = try await desk.site.standard()
        let answer = try await desk.post(
            "/admin/people",
            [
                ("email", "New@Example.org"), ("displayName", AdminDesk.hostile.replacing("\u{202E}", with: "")),
                ("tier", tier.id.rawValue), ("isAdmin", "no"), ("entry", "password"),
            ])
        #expect(answer.status == .ok && !answer.text.contains("<script>alert"))
        let password = try #require(answer.text.firstMatch(of: /<code>([a-z2-9]{5}(-[a-z2-9]{5}){3})<\/code>/)?.1)
        let client = SessionClient(address: "192.0.2.1", userAgent: "")
        let (person, _) = try await desk.site.site.ports.signIn(
            email: "new@example.org", password: String(password), on: client)
        #expect(!person.isAdmin)
        #expect(try await desk.latest().action == .personAdded)
        #expect(try await desk.latest().after?.contains(password) == false)
        #expect(try await !desk.browser.get("/admin/people/\(person.id)").text.contains(password))
    }

    @Test func somebodyNewGetsALinkWithWhichTheyChooseTheirPassword() async throws {
        let desk = try await AdminDesk()
        let tier = try await desk.site.standard()
        let form = [("email", "new@example.org"), ("tier", tier.id.rawValue), ("isAdmin", "no"), ("displayName", "")]
        let answer = try await desk.post("/admin/people", form + [("entry", "link")])
        let link = try #require(answer.invitation)
        #expect(try await desk.latest().action == .personInvited)
        let person = try #require(
            try await desk.site.store.people.person(with: EmailAddress(rawValue: "new@example.org")!))
        let again = try await desk.browser.get("/admin/people/\(person.id)").text
        #expect(!again.contains(link) && again.contains("A link is open"))
        let browser = desk.site.browser()
        #expect(
            try await browser.post("/invitation", ["link": link, "password": TestSite.password]).location == "/chat")
        #expect(try await browser.get("/account").text.contains("new@example.org"))
        let entry = try await desk.latest()
        #expect(entry.actor == .person(person.id) && entry.action == .passwordSet)
    }

    @Test func anAddressThatSomebodyHasIsRefusedBesideItsField() async throws {
        let desk = try await AdminDesk()
        let tier = try await desk.site.standard()
        let form = [("email", "maren@example.org"), ("displayName", "Second"), ("tier", tier.id.rawValue)]
        let answer = try await desk.post("/admin/people", form)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains("Somebody has this address already.") && answer.text.contains("value=\"Second\""))
    }

    @Test func theListIsSearchedFilteredSortedAndTurned() async throws {
        let desk = try await AdminDesk()
        for number in 1...60 { try await desk.site.person("guest\(number)@example.org") }
        try await desk.site.store.people.setDisabled(true, desk.person.id, by: .shell)
        let all = try await desk.browser.get("/admin/people?sort=email")
        #expect(all.text.contains("62 people") && all.text.contains("1 to 50 of 62"))
        #expect(all.text.contains("href=\"/admin/people?sort=email&amp;page=2\""))
        #expect(try await desk.browser.get("/admin/people?page=2").text.contains("51 to 62 of 62"))
        #expect(try await desk.browser.get("/admin/people?q=GUEST6").text.contains("2 people"))
        #expect(try await desk.browser.get("/admin/people?state=disabled").text.contains("1 person"))
        #expect(try await desk.browser.get("/admin/people?state=admin").text.contains("admin@example.org"))
        #expect(
            try await desk.browser.get("/admin/people?q=%25_%27%22&page=99999999999").text.contains("Nobody matches."))
    }

    @Test func theNumbersOfTheListAreTheLedgers() async throws {
        let desk = try await AdminDesk()
        let tier = try await desk.site.standard()
        try await desk.site.use(promptTokens: 1_200, reply: "four", by: desk.person)
        let used = try await desk.site.site.usedToday(by: desk.person).totalTokens
        #expect(used == 1_204)
        var page = try await desk.browser.get("/admin/people?q=maren").text
        #expect(page.contains("<td class=\"right\">1,204</td><td class=\"right\">1,204</td>"))
        #expect(!page.contains("the limit</span>"))
        _ = try await desk.post("/admin/tiers/\(tier.id)", desk.form(of: tier.settings, ["tokensPerDay": "1500"]))
        page = try await desk.browser.get("/admin/people?q=maren").text
        #expect(page.contains("near the limit"))
        _ = try await desk.post("/admin/tiers/\(tier.id)", desk.form(of: tier.settings, ["tokensPerDay": "1204"]))
        page = try await desk.browser.get("/admin/people?q=maren").text
        #expect(page.contains("at the limit"))
    }

    @Test func manyChangeTheirTierAfterAPreview() async throws {
        let desk = try await AdminDesk()
        let other = try await desk.site.person("other@example.org")
        let copy = try await desk.site.store.tiers.duplicate(desk.site.standard().id, by: .shell)
        var small = copy.settings
        small.name = "Small"
        small.maxPromptTokens = 10
        _ = try await desk.site.store.tiers.change(copy.id, to: small, by: .shell)
        let form = [("newTier", copy.id.rawValue)] + [desk.person, other].map { ("people[]", $0.id.rawValue) }
        let preview = try await desk.post("/admin/people/tier", form)
        #expect(preview.text.contains("2 people would change to Small, from Standard (2)."))
        #expect(try await desk.site.store.people.person(other.id)?.tier == other.tier)
        let moved = try await desk.post("/admin/people/tier?q=example", form + [("intent", "move")])
        #expect(moved.location == "/admin/people?q=example&sort=name&page=1")
        #expect(try await desk.site.store.people.person(other.id)?.tier == copy.id)
        #expect(try await desk.quote(11).isTooLong)
        let entries = try await desk.site.store.auditLog.entries(AuditQuery(action: .personChanged))
        #expect(Set(entries.map(\.subject)) == [desk.person.id.rawValue, other.id.rawValue])
        let nobody = try await desk.post("/admin/people/tier", [("newTier", copy.id.rawValue)])
        #expect(nobody.status == .unprocessableContent && nobody.text.contains("Choose somebody first."))
    }

    @Test func nobodyMovesIntoARetiredTier() async throws {
        let desk = try await AdminDesk()
        let copy = try await desk.site.store.tiers.duplicate(desk.site.standard().id, by: .shell)
        try await desk.site.store.tiers.setRetired(true, copy.id, by: .shell)
        let form = [("newTier", copy.id.rawValue), ("people[]", desk.person.id.rawValue), ("intent", "move")]
        #expect(try await desk.post("/admin/people/tier", form).status == .unprocessableContent)
        #expect(try await desk.site.store.people.person(desk.person.id)?.tier == desk.person.tier)
    }

    @Test func whereNothingCanBeChosenTheFormSaysSo() async throws {
        let desk = try await AdminDesk()
        try await desk.site.store.tiers.setRetired(true, desk.site.standard().id, by: .shell)
        let added = try await desk.post("/admin/people", [("email", "a@example.org"), ("displayName", "")])
        #expect(added.status == .unprocessableContent && added.text.contains("or it may not be used here."))
        let moved = try await desk.post("/admin/people/tier", [("people[]", desk.person.id.rawValue)])
        #expect(moved.status == .unprocessableContent)
    }
}
