import Core
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct FirstAdminTests {
    private func form(
        _ link: SecretToken, email: String = "ada@example.org", password: String = TestSite.password
    ) -> KeyValuePairs<String, String> {
        ["link": link.rawValue, "name": "Ada", "email": email, "password": password]
    }

    @Test func theLinkMakesTheFirstAdminOnce() async throws {
        let site = try await TestSite(isEmpty: true)
        let link = try #require(try await site.store.firstAdmin.invite())
        let browser = site.browser()
        #expect(try await browser.get("/first-admin/\(link.rawValue)").status == .ok)
        #expect(try await browser.post("/first-admin", form(link)).location == "/admin")
        #expect(try await browser.get("/account").text.contains("ada@example.org"))
        #expect(try await site.store.people.person(with: EmailAddress(rawValue: "ada@example.org")!)?.isAdmin == true)
        #expect(try await site.browser().get("/first-admin/\(link.rawValue)").status == .notFound)
        let again = try await site.browser().post("/first-admin", form(link, email: "eve@example.org"))
        #expect(again.status == .notFound)
        #expect(again.headers[.setCookie] == nil)
    }

    @Test func theLinkEndsAfterAnHour() async throws {
        let site = try await TestSite(isEmpty: true)
        let link = try #require(try await site.store.firstAdmin.invite())
        site.clock.advance(seconds: FirstAdminRules.linkSeconds)
        #expect(try await site.browser().get("/first-admin/\(link.rawValue)").status == .notFound)
        #expect(try await site.browser().post("/first-admin", form(link)).status == .notFound)
    }

    @Test(arguments: ["x", "..", "%2e%2e", "0", String(repeating: "a", count: 64), String(repeating: "g", count: 64)])
    func noOtherLinkWorks(_ link: String) async throws {
        let site = try await TestSite(isEmpty: true)
        _ = try await site.store.firstAdmin.invite()
        #expect(try await site.browser().get("/first-admin/\(link)").status == .notFound)
    }

    @Test func whatIsWrongStandsBesideTheFieldAndTheLinkStillWorks() async throws {
        let site = try await TestSite(isEmpty: true)
        let link = try #require(try await site.store.firstAdmin.invite())
        let weak = try await site.browser().post("/first-admin", form(link, password: "password1"))
        #expect(weak.status == .unprocessableContent)
        #expect(weak.text.contains("Everybody tries this first") && !weak.text.contains("password1"))
        let malformed = try await site.browser().post("/first-admin", form(link, email: "ada"))
        #expect(malformed.status == .unprocessableContent)
        #expect(malformed.text.contains("value=\"ada\"") && malformed.text.contains("value=\"\(link.rawValue)\""))
        #expect(try await site.browser().post("/first-admin", form(link)).status == .seeOther)
    }
}
