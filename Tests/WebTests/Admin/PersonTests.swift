import Core
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct PersonTests {
    @Test func extraTokensCountAtOnceUntilTheyAreTakenBack() async throws {
        let desk = try await AdminDesk()
        let tier = try await desk.site.standard()
        _ = try await desk.post("/admin/tiers/\(tier.id)", desk.form(of: tier.settings, ["tokensPerDay": "100"]))
        #expect(try await desk.quote(500).isRefused)
        let path = "/admin/people/\(desk.person.id)"
        let form = [("amount", "1,000"), ("expiresAt", "2026-01-08"), ("reason", "<b>Thesis</b>")]
        #expect(try await desk.post(path + "/grants", form).status == .seeOther)
        #expect(try await !desk.quote(500).isRefused)
        #expect(try await desk.latest().action == .grantAdded)
        let page = try await desk.browser.get(path).text
        #expect(
            page.contains("+1,000 tokens") && page.contains("&lt;b&gt;Thesis") && page.contains("9 Jan 2026, 00:00"))
        let grant = try #require(try await desk.site.store.grants.all(of: .person(desk.person.id)).first?.grant)
        #expect(try await desk.post(path + "/grants/\(grant.id)/revoke", []).status == .seeOther)
        #expect(try await desk.quote(500).isRefused)
        #expect(try await desk.latest().action == .grantRevoked)
        #expect(try await desk.post(path + "/grants/\(grant.id)/revoke", []).status == .notFound)
    }

    @Test func aGrantIsTakenBackOnlyOnThePageOfItsPerson() async throws {
        let desk = try await AdminDesk()
        let other = try await desk.site.person("other@example.org")
        let draft = Grant.Draft(
            amount: 5, reason: "x", expiresAt: desk.site.clock.now().advanced(bySeconds: 60))
        let grant = try await desk.site.store.grants.add(draft, to: .person(other.id), by: .shell)
        let path = "/admin/people/\(desk.person.id)/grants/\(grant.id)/revoke"
        #expect(try await desk.post(path, []).status == .notFound)
    }

    @Test(arguments: [
        (["amount": "-5"], "not written as it should be"),
        (["amount": "0"], "A whole number from 1"), (["expiresAt": "2026-02-30"], "A day such as"),
        (["expiresAt": "2025-12-31"], "already over"), (["reason": " "], "This is needed."),
    ])
    func anImpossibleGrantIsRefusedBesideItsField(_ change: [String: String], _ words: String) async throws {
        let desk = try await AdminDesk()
        var form = ["amount": "10", "expiresAt": "2026-01-08", "reason": "Thesis"]
        form.merge(change) { $1 }
        let answer = try await desk.post("/admin/people/\(desk.person.id)/grants", form.map { ($0.key, $0.value) })
        #expect(answer.status == .unprocessableContent && answer.text.contains(words))
        #expect(try await desk.site.store.grants.all(of: .person(desk.person.id)).isEmpty)
    }

    @Test func whoIsDisabledIsOutAtOnceAndTakesNothingMore() async throws {
        let desk = try await AdminDesk()
        let theirs = try await desk.site.browser(of: desk.person)
        #expect(try await theirs.get("/").location == "/chat")
        let path = "/admin/people/\(desk.person.id)"
        #expect(try await desk.post(path + "/disable", []).status == .seeOther)
        #expect(try await theirs.get("/").location?.hasPrefix("/sign-in") == true)
        await #expect(throws: GateError.personDisabled) { try await desk.quote(5) }
        #expect(try await desk.latest().action == .personDisabled)
        #expect(try await desk.post(path + "/enable", []).status == .seeOther)
        #expect(try await !desk.quote(5).isRefused)
        #expect(try await desk.latest().action == .personEnabled)
    }

    @Test func theLastAdminCannotLockEverybodyOut() async throws {
        let desk = try await AdminDesk()
        let admin = try await desk.site.admin()
        let disabled = try await desk.post("/admin/people/\(admin.id)/disable", [])
        #expect(disabled.status == .unprocessableContent)
        #expect(disabled.text.contains("Nobody would be left who could administer."))
        let form = [
            ("email", "admin@example.org"), ("displayName", "Ada"), ("tier", admin.tier.rawValue), ("isAdmin", "no"),
        ]
        let demoted = try await desk.post("/admin/people/\(admin.id)", form)
        #expect(demoted.status == .unprocessableContent)
        #expect(demoted.text.contains("Nobody would be left who could administer."))
        #expect(try await desk.site.admin() == admin)
    }

    @Test func aResetPasswordReplacesTheOldOneAndEndsAllSessions() async throws {
        let desk = try await AdminDesk()
        let theirs = try await desk.site.browser(of: desk.person)
        let answer = try await desk.post("/admin/people/\(desk.person.id)/password", [])
        let password = try #require(answer.text.firstMatch(of: /<code>([a-z2-9]{5}(-[a-z2-9]{5}){3})<\/code>/)?.1)
        #expect(try await theirs.get("/").location?.hasPrefix("/sign-in") == true)
        let client = SessionClient(address: "192.0.2.1", userAgent: "")
        let (person, _) = try await desk.site.site.ports.signIn(
            email: "maren@example.org", password: String(password), on: client)
        #expect(person.id == desk.person.id)
        #expect(try await desk.latest().action == .passwordSet)
    }

    @Test func aLinkLetsThemChooseAPasswordAndTheOldOneWorksUntilThen() async throws {
        let desk = try await AdminDesk()
        let theirs = try await desk.site.browser(of: desk.person)
        let first = try #require(try await desk.post("/admin/people/\(desk.person.id)/invite", []).invitation)
        let second = try #require(try await desk.post("/admin/people/\(desk.person.id)/invite", []).invitation)
        #expect(try await theirs.get("/account").status == .ok)
        #expect(try await desk.site.browser().get("/invitation/\(first)").status == .notFound)
        let accepted = try await desk.site.browser().post(
            "/invitation", ["link": second, "password": TestSite.password])
        #expect(accepted.location == "/chat")
        #expect(try await theirs.get("/account").status == .seeOther)
    }

    @Test func nobodyWhoIsDisabledGetsALink() async throws {
        let desk = try await AdminDesk()
        let path = "/admin/people/\(desk.person.id)"
        let link = try #require(try await desk.post(path + "/invite", []).invitation)
        _ = try await desk.post(path + "/disable", [])
        #expect(try await desk.site.browser().get("/invitation/\(link)").status == .notFound)
        #expect(try await desk.post(path + "/invite", []).status == .notFound)
        #expect(try await !desk.browser.get(path).text.contains("Make a link"))
        _ = try await desk.post(path + "/enable", [])
        #expect(try await desk.site.browser().get("/invitation/\(link)").status == .notFound)
    }

    @Test func lookingAsSomebodyShowsTheirNumbersAndIsOnTheAuditLog() async throws {
        let desk = try await AdminDesk()
        try await desk.site.use(promptTokens: 2_000, reply: "a secret answer", by: desk.person)
        let answer = try await desk.post("/admin/people/\(desk.person.id)/see", [])
        #expect(answer.status == .ok && answer.text.contains("You see this page as"))
        let account = try #require(try await desk.quote(1).accounts.binding)
        #expect(
            answer.text.contains(
                "\(Words.english.number(account.available)) of \(Words.english.number(account.ceiling)) are left"))
        #expect(answer.text.contains("<td class=\"right\">2,015</td>"))
        #expect(!answer.text.contains("a secret answer"))
        let entry = try await desk.latest()
        #expect(entry.action == .personViewed && entry.subject == desk.person.id.rawValue)
    }

    @Test func aChangedPersonIsOnTheAuditLogWithBeforeAndAfter() async throws {
        let desk = try await AdminDesk()
        let path = "/admin/people/\(desk.person.id)"
        let form = [
            ("email", "m@example.org"), ("displayName", "M. Voss"), ("tier", desk.person.tier.rawValue),
            ("isAdmin", "yes"),
        ]
        #expect(try await desk.post(path, form).location == path)
        let page = try await desk.browser.get("/admin/audit?subject=\(desk.person.id)").text
        for text in [
            "Person changed", "Maren Voss", "M. Voss", "maren@example.org", "m@example.org", "admin@example.org",
        ] {
            #expect(page.contains(text), "\(text)")
        }
    }
}
