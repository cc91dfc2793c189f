import Core
import HTTPTypes
import Hummingbird
import Store
import Testing

@testable import Web

/// Who gets into the admin panel: every route by every method that it has.
@Suite struct AdminAccessTests {
    private static let id = String(repeating: "a", count: 32)

    private static let pages = [
        "", "/limits", "/limits?edit=new", "/limits/file", "/limits/file.yaml", "/tiers", "/tiers?edit=new", "/people",
        "/people/\(id)", "/people/\(id)/keys", "/projects", "/models", "/upstreams", "/organization", "/usage",
        "/usage.csv", "/holds", "/alerts", "/health", "/audit",
    ]

    private static let changes = [
        "/limits", "/limits/file", "/limits/\(id)", "/limits/\(id)/retire", "/projects/\(id)/grants",
        "/projects/\(id)/grants/\(id)/revoke", "/organization/grants", "/organization/grants/\(id)/revoke",
        "/tiers", "/tiers/\(id)", "/tiers/\(id)/duplicate", "/tiers/\(id)/retire", "/tiers/\(id)/restore", "/people",
        "/people/tier", "/people/\(id)", "/people/\(id)/disable", "/people/\(id)/enable", "/people/\(id)/password",
        "/people/\(id)/invite", "/organization",
        "/people/\(id)/grants", "/people/\(id)/grants/\(id)/revoke", "/people/\(id)/see", "/people/\(id)/keys",
        "/people/\(id)/keys/\(id)", "/people/\(id)/keys/\(id)/revoke", "/projects", "/projects/\(id)",
        "/projects/\(id)/retire", "/projects/\(id)/restore", "/models", "/models/\(id)", "/models/\(id)/retire",
        "/models/\(id)/restore", "/models/\(id)/try", "/upstreams", "/upstreams/\(id)", "/upstreams/\(id)/try",
    ]

    /// Every address below `/admin`, with an identifier of nothing in it, and every method that it is declared for.
    private static func routes(of site: TestSite) -> [(method: HTTPRequest.Method, path: String)] {
        site.site.router().routes.filter { $0.path.description.hasPrefix("/admin") }
            .map { ($0.method, $0.path.description.replacing(/\{\w+\}|:\w+/, with: id)) }
    }

    @Test func theTablesHaveEveryAddressOfThePanel() async throws {
        let declared = Set(Self.routes(of: try await TestSite()).map(\.path))
        let listed = (Self.pages + Self.changes).map { "/admin" + String($0.prefix { $0 != "?" }) }
        #expect(declared == Set(listed))
    }

    @Test func nobodyButAdminsGetsInByAnyMethod() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        let before = try await site.store.auditLog.entries(AuditQuery())
        for (method, path) in Self.routes(of: site) {
            let body = method == .get || method == .head ? "" : "token=" + browser.formToken
            let status = try await browser.send(method, path, body: body).status
            #expect(status == .forbidden || status == .methodNotAllowed, "\(method) \(path): \(status)")
        }
        for page in Self.pages { #expect(try await browser.get("/admin" + page).status == .forbidden, "\(page)") }
        for change in Self.changes {
            #expect(try await browser.postAsAdmin("/admin" + change).status == .forbidden, "\(change)")
        }
        #expect(try await site.store.auditLog.entries(AuditQuery()) == before)
    }

    @Test func whoIsNotSignedInIsLedToTheSignIn() async throws {
        let browser = try await TestSite().browser()
        for page in Self.pages {
            let answer = try await browser.get("/admin" + page)
            #expect(answer.status == .seeOther && answer.location?.hasPrefix("/sign-in?next=/admin") == true, "\(page)")
        }
    }

    @Test func aFormWithoutItsTokenOrFromElsewhereChangesNothing() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.admin())
        let before = try await site.store.auditLog.entries(AuditQuery())
        for change in Self.changes {
            #expect(try await browser.post("/admin" + change, ["token": "0"]).status == .forbidden, "\(change)")
            #expect(try await browser.post("/admin" + change).status == .badRequest, "\(change)")
            let foreign = try await browser.send(
                .post, "/admin" + change, [.origin: "https://evil.example"], body: "token=" + browser.formToken)
            #expect(foreign.status == .forbidden, "\(change)")
        }
        #expect(try await site.store.auditLog.entries(AuditQuery()) == before)
    }

    @Test func whatDoesNotExistIsNotFound() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.admin())
        for page in [
            "/people/\(Self.id)", "/people/..", "/people/%00", "/people/\(Self.id)/keys", "/tiers?edit=x",
            "/models?edit=x",
            "/projects?edit=x", "/nothing",
        ] {
            #expect(try await browser.get("/admin" + page).status == .notFound, "\(page)")
        }
        for change in Self.changes.filter({ $0.contains(Self.id) && $0.hasSuffix("e") }) {
            #expect(try await browser.postAsAdmin("/admin" + change).status == .notFound, "\(change)")
        }
    }

    @Test func someoneWhoIsAnAdminNoLongerIsOutAtOnce() async throws {
        let site = try await TestSite()
        let other = try await site.person("other@example.org", isAdmin: true)
        let browser = try await site.browser(of: other)
        #expect(try await browser.get("/admin/tiers").status == .ok)
        let draft = Person.Draft(email: "other@example.org", displayName: "O", tier: other.tier, isAdmin: false)
        _ = try await site.store.people.change(other.id, to: draft, by: .shell)
        #expect(try await browser.get("/admin/tiers").status != .ok)
    }
}
