import Core
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct InvitationTests {
    let site: TestSite
    let person: Person
    let link: String

    init() async throws {
        site = try await TestSite()
        person = try await site.person(password: "their first password")
        link = try await site.store.invitations.invite(person.id, by: .shell).token.rawValue
    }

    private func form(_ password: String = TestSite.password) -> KeyValuePairs<String, String> {
        ["link": link, "password": password]
    }

    @Test func whoOpensTheLinkChoosesAPasswordOnceAndIsSignedIn() async throws {
        let browser = site.browser()
        let page = try await browser.get("/invitation/\(link)")
        #expect(page.status == .ok && page.text.contains("maren@example.org"))
        #expect(page.headers[.setCookie] == nil)
        #expect(try await browser.post("/invitation", form()).location == "/chat")
        #expect(try await browser.get("/chat").text.contains("The password is set, and you are signed in."))
        #expect(try await site.browser().get("/invitation/\(link)").status == .notFound)
        #expect(try await site.browser().post("/invitation", form("another good one")).status == .notFound)
        let fields: KeyValuePairs = ["email": "maren@example.org", "password": TestSite.password]
        #expect(try await site.browser().post("/sign-in", fields).status == .seeOther)
    }

    @Test func theLinkEndsAfterThreeDays() async throws {
        site.clock.advance(seconds: InvitationRules.linkSeconds)
        #expect(try await site.browser().get("/invitation/\(link)").status == .notFound)
        #expect(try await site.browser().post("/invitation", form()).status == .notFound)
    }

    @Test(arguments: ["short", "password123", "maren@example.org"])
    func aBadPasswordIsRefusedBesideTheFieldAndTheLinkStillWorks(_ password: String) async throws {
        let refused = try await site.browser().post("/invitation", form(password))
        #expect(refused.status == .unprocessableContent && refused.text.contains("aria-invalid"))
        #expect(!refused.text.contains("value=\"\(password)\" autocomplete=\"new-password\""))
        #expect(try await site.browser().post("/invitation", form()).status == .seeOther)
    }

    @Test(arguments: ["x", "..", "%2e%2e", "0", String(repeating: "a", count: 64), String(repeating: "g", count: 64)])
    func noOtherLinkWorks(_ other: String) async throws {
        #expect(try await site.browser().get("/invitation/\(other)").status == .notFound)
    }

    @Test func theSecretIsNotLogged() async throws {
        _ = try await site.browser().get("/invitation/\(link)")
        _ = try await site.browser().post("/invitation", form())
        #expect(!site.logs.lines.isEmpty && !site.logs.lines.contains { $0.contains(link) })
    }

    @Test func whoWasSignedInInThisBrowserIsOut() async throws {
        let browser = try await site.browser(of: site.admin())
        let before = try #require(SecretToken(rawValue: browser.cookies["__Host-sluice"]!))
        _ = try await browser.post("/invitation", form())
        #expect(try await site.store.sessions.signedIn(with: before) == nil)
        #expect(try await browser.get("/account").text.contains("maren@example.org"))
    }
}
