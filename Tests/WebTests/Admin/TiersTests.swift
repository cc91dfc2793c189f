import Core
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct TiersTests {
    @Test func aChangedTierIsFeltByTheNextPromptInAnotherWorkerAndIsOnTheAuditLog() async throws {
        let desk = try await AdminDesk()
        let tier = try await desk.site.standard()
        #expect(try await !desk.quote(500).isRefused)
        let answer = try await desk.post(
            "/admin/tiers/\(tier.id)", desk.form(of: tier.settings, ["tokensPerDay": "400"]))
        #expect(answer.status == .seeOther && answer.location == "/admin/tiers")
        #expect(try await desk.quote(500).isRefused)
        let entry = try await desk.latest()
        #expect(entry.action == .tierChanged)
        #expect(try await entry.actor == .person(desk.site.admin().id))
        #expect(entry.before?.contains("500000") == true && entry.after?.contains("\"tokensPerDay\":400") == true)
        let page = try await desk.browser.get("/admin/tiers")
        #expect(page.text.contains("Standard was changed.") && page.text.contains("<td class=\"right\">400</td>"))
    }

    @Test func aNewTierIsAddedWithItsModelsAndItsPolicy() async throws {
        let desk = try await AdminDesk()
        var settings = try await desk.site.standard().settings
        settings.name = AdminDesk.hostile.replacing("\u{202E}", with: "")
        settings.disconnect = .drain
        let answer = try await desk.post("/admin/tiers", desk.form(of: settings))
        #expect(answer.status == .seeOther)
        let made = try #require(try await desk.site.store.tiers.all().first { $0.settings.disconnect == .drain })
        #expect(made.settings == settings)
        #expect(try await desk.latest().action == .tierCreated)
        let page = try await desk.browser.get("/admin/tiers?edit=\(made.id)").text
        #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"))
        #expect(page.contains("{{name}}{{{raw}}}"))
    }

    @Test func whatIsWrongStandsBesideItsFieldAndWhatWasTypedIsKept() async throws {
        let desk = try await AdminDesk()
        let tier = try await desk.site.standard()
        let answer = try await desk.post(
            "/admin/tiers/\(tier.id)",
            desk.form(of: tier.settings, ["name": "", "tokensPerDay": "a <lot>", "audience": "Night owls"]))
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains("value=\"a &lt;lot&gt;\"") && answer.text.contains("value=\"Night owls\""))
        #expect(answer.text.contains("This is needed.") && answer.text.contains("This is not written as it should be."))
        #expect(try await desk.site.standard() == tier)
    }

    @Test func aPreviewSaysWhoWouldBeStoppedAndChangesNothing() async throws {
        let desk = try await AdminDesk()
        try await desk.site.use(promptTokens: 300, reply: "yes", by: desk.person)
        let tier = try await desk.site.standard()
        let form = desk.form(of: tier.settings, ["tokensPerDay": "303"]) + [("intent", "preview")]
        let answer = try await desk.post("/admin/tiers/\(tier.id)", form)
        #expect(answer.status == .ok)
        #expect(answer.text.contains("2 people are on this tier. 1 of them has already taken more"))
        #expect(answer.text.contains("at once: Maren Voss."))
        #expect(try await desk.site.standard() == tier)
        let milder = desk.form(of: tier.settings, ["tokensPerDay": "304"]) + [("intent", "preview")]
        #expect(
            try await desk.post("/admin/tiers/\(tier.id)", milder).text.contains("Nobody would be stopped at once."))
    }

    @Test func aTierIsDuplicatedRetiredAndRestored() async throws {
        let desk = try await AdminDesk()
        let tier = try await desk.site.standard()
        let copied = try await desk.post("/admin/tiers/\(tier.id)/duplicate", [])
        let copy = try #require(try await desk.site.store.tiers.all().first { $0.id != tier.id })
        #expect(copied.location == "/admin/tiers?edit=\(copy.id)")
        #expect(try await desk.post("/admin/tiers/\(copy.id)/retire", []).status == .seeOther)
        #expect(try await desk.latest().action == .tierRetired)
        #expect(try await desk.site.store.tiers.tier(copy.id)?.isRetired == true)
        #expect(try await desk.browser.get("/admin/tiers").text.contains("/admin/tiers/\(copy.id)/restore"))
        _ = try await desk.post("/admin/tiers/\(copy.id)/restore", [])
        #expect(try await desk.latest().action == .tierRestored)
    }

    @Test(arguments: ["name=a&name=b", "name=a", "name=%FF", "name=%00", "", "name[]=a"])
    func aFormThatIsNoneOfOursChangesNothing(_ body: String) async throws {
        let desk = try await AdminDesk()
        let before = try await desk.latest()
        let answer = try await desk.browser.send(
            .post, "/admin/tiers", body: body + "&token=" + desk.browser.formToken)
        #expect(answer.status == .badRequest)
        #expect(try await desk.latest() == before)
    }
}
