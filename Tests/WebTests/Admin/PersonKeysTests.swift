import Core
import HTTPTypes
import Store
import Testing

@testable import Web

/// What an admin does for somebody else, and with projects.
@Suite struct PersonKeysTests {
    private func form(_ desk: AdminDesk, _ changes: [String: String] = [:]) -> [(String, String)] {
        KeyVisitor.fields.merging(["submission": SecretToken.random().rawValue]) { $1 }.merging(changes) { $1 }
            .map { ($0, $1) }
    }

    @Test func anAdminMakesChangesAndRevokesAKeyForSomebody() async throws {
        let desk = try await AdminDesk()
        let path = "/admin/people/\(desk.person.id)/keys"
        #expect(try await desk.browser.get("/admin/people/\(desk.person.id)").text.contains("href=\"\(path)\""))
        let made = try await desk.post(path, form(desk))
        let secret = try #require(KeyVisitor.secret(in: made.text))
        let holder = try #require(try await desk.site.store.keys.holder(of: secret))
        #expect(holder.person == desk.person)
        let (entry, admin) = (try await desk.latest(), try await desk.site.admin())
        #expect(entry.action == .keyCreated && entry.actor == .person(admin.id))
        #expect(try await desk.post(path + "/\(holder.key)", form(desk, ["name": "desk"])).location == path)
        #expect(try await desk.browser.get(path).text.contains("desk"))
        #expect(try await desk.post(path + "/\(holder.key)/revoke", []).location == path)
        #expect(try await desk.site.store.keys.holder(of: secret) == nil)
        let log = try await desk.browser.get("/admin/audit?subject=\(desk.person.id)").text
        for text in ["API key made", "API key changed", "API key revoked", "laptop"] {
            #expect(log.contains(text), "\(text)")
        }
        #expect(!log.contains(secret))
    }

    @Test func aKeyIsSeenToOnlyOnThePageOfItsPerson() async throws {
        let desk = try await AdminDesk()
        let other = try await desk.site.person("other@example.org")
        let key = try await desk.site.store.keys.create(
            .init(name: "x"), secret: .random(), for: other.id, by: .shell)
        let path = "/admin/people/\(desk.person.id)/keys"
        #expect(try await desk.post(path + "/\(key.id)", form(desk)).status == .notFound)
        #expect(try await desk.post(path + "/\(key.id)/revoke", []).status == .notFound)
        #expect(try await desk.browser.get(path + "?edit=\(key.id)").status == .notFound)
        #expect(try await desk.site.store.keys.key(key.id) == key)
    }

    private func projectForm(_ name: String, _ changes: [String: String] = [:]) -> [(String, String)] {
        [("name", name), ("priority", changes["priority"] ?? "normal")]
            + ["tokensPerDay", "tokensPerRequest"].map { ($0, changes[$0] ?? "") }
    }

    @Test func aProjectHasItsPriorityItsLimitsAndItsExtras() async throws {
        let desk = try await AdminDesk()
        let typed = ["priority": "low", "tokensPerDay": "50,000", "tokensPerRequest": "4000"]
        _ = try await desk.post("/admin/projects", projectForm("Thesis", typed))
        let made = try #require(try await desk.site.store.projects.all().first)
        #expect(made.priority == .low)
        #expect(made.allowance == Project.Allowance(tokensPerDay: 50_000, tokensPerRequest: 4_000))
        let page = "/admin/projects?edit=\(made.id)"
        #expect(try await desk.send("/admin/projects/\(made.id)#form", on: page).status == .seeOther)
        #expect(try await desk.site.store.projects.all() == [made], "sent back unchanged it stays as it is")
        let extra = ["amount": "900", "expiresAt": "2026-01-09", "reason": "Deadline"]
        let given = try await desk.send("/admin/projects/\(made.id)/grants#grants", on: page, extra)
        #expect(given.location == page)
        #expect(try await desk.browser.get(page).text.contains("+900 tokens"))
        let list = try await desk.browser.get("/admin/limits?scope=project").text
        #expect(list.contains("Thesis") && list.contains("50,000") && list.contains("tokens per request"))
        let bad = try await desk.post("/admin/projects/\(made.id)", projectForm("Thesis", ["tokensPerDay": "lots"]))
        #expect(bad.status == .unprocessableContent && bad.text.contains("value=\"lots\""))
    }

    @Test func aProjectIsMadeRenamedRetiredAndRestored() async throws {
        let desk = try await AdminDesk()
        #expect(try await desk.post("/admin/projects", projectForm("Thesis")).location == "/admin/projects")
        let project = try #require(try await desk.site.store.projects.all().first)
        _ = try await desk.site.store.keys.create(
            .init(name: "x", project: project.id), secret: .random(), for: desk.person.id, by: .shell)
        #expect(try await desk.browser.get("/admin/projects").text.contains("<td class=\"right\">1</td>"))
        let path = "/admin/projects/\(project.id)"
        #expect(try await desk.post(path, projectForm(AdminDesk.hostile)).location == "/admin/projects")
        #expect(try await desk.post(path + "/retire", []).location == "/admin/projects")
        let list = try await desk.browser.get("/admin/projects").text
        #expect(list.contains(AdminDesk.hostile.htmlEscaped) && list.contains("retired"))
        #expect(try await desk.post(path + "/restore", []).location == "/admin/projects")
        #expect(try await desk.site.store.projects.all()[0].retiredAt == nil)
    }

    @Test(arguments: [("Thesis", "Another one has this name already."), (" ", "This is needed.")])
    func anImpossibleProjectIsRefusedBesideItsField(_ name: String, _ words: String) async throws {
        let desk = try await AdminDesk()
        let other = try await desk.site.store.projects.create(.init(name: "Other"), by: .shell)
        _ = try await desk.site.store.projects.create(.init(name: "Thesis"), by: .shell)
        for path in ["", "/\(other.id)"] {
            let answer = try await desk.post("/admin/projects" + path, projectForm(name))
            #expect(answer.status == .unprocessableContent && answer.text.contains(words))
        }
        #expect(try await desk.site.store.projects.all().map(\.name) == ["Other", "Thesis"])
    }
}
