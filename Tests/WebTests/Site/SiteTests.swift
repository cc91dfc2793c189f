import Core
import Foundation
import HTTPTypes
import Store
import Testing

@testable import Web

/// The skeleton: who gets in where, what stands around every page, and what never gets through.
@Suite struct SiteTests {
    // MARK: Health

    @Test func whoWatchesTheServiceLearnsWhetherItIsAliveAndReady() async throws {
        let browser = try await TestSite().browser()
        #expect(try await browser.get("/healthz").status == .ok)
        #expect(try await browser.get("/readyz").status == .ok)
    }

    @Test func withoutTablesToCountWithTheSiteIsAliveButNotReady() async throws {
        let browser = try await TestSite(encodings: []).browser()
        #expect(try await browser.get("/healthz").status == .ok)
        let readiness = try await browser.get("/readyz")
        #expect(readiness.status == .serviceUnavailable)
        #expect(readiness.text == "there are no tables to count tokens with\n")
    }

    @Test func withoutItsDatabaseTheSiteIsAliveButNotReady() async throws {
        let site = try await TestSite()
        try FileManager.default.removeItem(atPath: site.folder.path + "/sluice.sqlite")
        #expect(try await site.browser().get("/healthz").status == .ok)
        let readiness = try await site.browser().get("/readyz")
        #expect(readiness.status == .serviceUnavailable)
        #expect(readiness.text == "the store is not well\n")
    }

    // MARK: Who gets in

    @Test func whoIsNotSignedInIsLedToTheSignInAndFromThereBack() async throws {
        let answer = try await TestSite().browser().get("/account/usage?period=week&a=b%20c")
        #expect(answer.status == .seeOther)
        #expect(answer.location == "/sign-in?next=/account/usage%3Fperiod%3Dweek%26a%3Db%2520c")
    }

    @Test func aFormThatComesAfterTheSessionLeadsBackToItsPage() async throws {
        let answer = try await TestSite().browser().post("/account/theme", ["theme": "dark"])
        #expect(answer.status == .seeOther)
        #expect(answer.location == "/sign-in?next=/account")
    }

    @Test(arguments: ["application/json", "text/event-stream"])
    func aScriptLearnsThatItsSessionIsOver(_ accepted: String) async throws {
        let answer = try await TestSite().browser().get("/account", [.accept: accepted])
        #expect(answer.status == .unauthorized)
        #expect(answer.location == nil)
    }

    @Test func theStartIsTheChat() async throws {
        let site = try await TestSite()
        let answer = try await site.browser(of: site.person()).get("/")
        #expect(answer.location == "/chat")
    }

    @Test(arguments: [
        "/account", "/ACCOUNT", "/account/", "//account", "/./account", "/%61ccount", "/account%2f", "/account;a=b",
        "/account/..", "/sign-in/../account", "/healthz/../account", "/account%00", "/account?", "/account/usage.csv",
        "/help/limits", "/static/../account", "/account/usage%2ecsv",
    ])
    func noSpellingOfAnAddressOpensItToStrangers(_ path: String) async throws {
        let browser = try await TestSite().browser()
        for method in [HTTPRequest.Method.get, .head, .post, .put, .delete, .options] {
            let answer = try await browser.send(method, path)
            #expect([303, 404, 405].contains(answer.status.code), "\(method) \(path): \(answer.status)")
        }
    }

    @Test func aSessionEndsWhenNobodyUsesIt() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        site.clock.advance(seconds: 12 * 3600 - 1)
        #expect(try await browser.get("/account").status == .ok)
        site.clock.advance(seconds: 12 * 3600)
        #expect(try await browser.get("/account").status == .seeOther)
    }

    @Test func whoIsDisabledIsOutAtTheNextRequest() async throws {
        let site = try await TestSite()
        let person = try await site.person()
        let browser = try await site.browser(of: person)
        #expect(try await browser.get("/account").status == .ok)
        try await site.store.people.setDisabled(true, person.id, by: .shell)
        #expect(try await browser.get("/account").status == .seeOther)
    }

    // MARK: What never gets through

    @Test(arguments: [
        "/nowhere", "/chat/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/a%00b", "/<script>", "/wp-login.php",
    ])
    func unknownAddressesAreAPlainPage(_ path: String) async throws {
        let answer = try await TestSite().browser().get(path)
        #expect(answer.status == .notFound)
        #expect(answer.text.contains("There is nothing here") && !answer.text.contains("<script>"))
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "/account", "GET, HEAD"), (.put, "/account", "GET, HEAD"),
        (.delete, "/account/sessions/end-others", "POST"), (.get, "/account/password", "POST"),
        (.head, "/sign-out", "POST"), (.get, "/sign-out", "POST"), (.delete, "/sign-in", "GET, HEAD, POST"),
    ])
    func methodsThatAnAddressDoesNotKnowAreNamed(
        _ method: HTTPRequest.Method, _ path: String, _ allowed: String
    ) async throws {
        let answer = try await TestSite().browser().send(method, path)
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers[.allow] == allowed)
    }

    static let forms = [
        "/sign-in", "/sign-out", "/first-admin", "/account/preferences", "/account/theme", "/account/password",
        "/account/sessions/end-others", "/account/sessions/\(SessionID.random())/end",
    ]

    @Test(arguments: forms)
    func noFormIsTakenFromAnotherSite(_ path: String) async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        let forged: [HTTPFields] = [
            [.origin: "https://evil.example"], [.origin: "null"], [.origin: ""],
            [.origin: "https://chat.example.org.evil.example"], [.origin: "http://chat.example.org"],
            [.secFetchSite: "cross-site"], [.secFetchSite: "same-site"], [.secFetchSite: "none"],
        ]
        for headers in forged {
            let answer = try await browser.post(path, ["theme": "dark"], headers)
            #expect(answer.status == .forbidden, "\(headers)")
            #expect(answer.headers[.setCookie] == nil)
        }
        #expect(try await browser.get("/account").status == .ok)
    }

    static let brokenBodies: [(String, [UInt8])] = [
        ("nothing", []), ("no field", Array("a".utf8)), ("another field", Array("tehme=dark".utf8)),
        ("twice", Array("theme=dark&theme=light".utf8)), ("a list", Array("theme[]=dark".utf8)),
        ("not UTF-8", Array("theme=dark&x=".utf8) + [0xff, 0xfe]), ("not UTF-8, encoded", Array("theme=dark%ff".utf8)),
        ("NUL", Array("theme=dark&x=\0".utf8)), ("NUL, encoded", Array("theme=dark&x=%00".utf8)),
        ("broken escape", Array("theme=dark%2".utf8)), ("an unknown value", Array("theme=plaid".utf8)),
    ]

    @Test(arguments: brokenBodies)
    func whatIsNoFormChangesNothing(_ name: String, _ body: [UInt8]) async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        let answer = try await browser.open(.post, "/account/theme", bytes: body).whole()
        #expect(answer.status == .badRequest, "\(name)")
        #expect(answer.text.contains("The form could not be read"))
        #expect(browser.cookies["__Host-theme"] == nil)
    }

    @Test(arguments: ["", "application/json", "multipart/form-data; boundary=x", "text/plain"])
    func onlyFormsAreTakenForForms(_ type: String) async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        let answer = try await browser.post("/account/theme", ["theme": "dark"], [.contentType: type])
        #expect(answer.status == .badRequest)
    }

    @Test func aFormOfMoreThanTwoMegabytesIsRefused() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        let long = "theme=dark&x=" + String(repeating: "a", count: 2 * 1024 * 1024)
        #expect(try await browser.send(.post, "/account/theme", body: long).status == .contentTooLarge)
    }

    // MARK: What stands around a page

    @Test func theFrameSaysWhoIsSignedInAndWhatTheyUsedToday() async throws {
        let site = try await TestSite()
        let person = try await site.person()
        try await site.use(promptTokens: 300, reply: "twelve bytes", by: person)
        let text = try await site.browser(of: person).get("/help/limits").text
        #expect(text.contains("Maren Voss") && text.contains("Today: 312 tokens"))
        #expect(!text.contains("href=\"/admin\""))
    }

    @Test func whatIsRiskyOrPretendedIsSaidOnEveryPage() async throws {
        let site = try await TestSite(address: PublicAddress("http://chat.lan")!, isStandIn: true)
        let text = try await site.browser().get("/sign-in").text
        #expect(text.contains("plain HTTP") && text.contains("stand-in"))
        let safe = try await TestSite().browser().get("/sign-in").text
        #expect(!safe.contains("plain HTTP") && !safe.contains("stand-in"))
    }

    @Test(arguments: ["http://localhost", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"])
    func plainHTTPToThisVeryMachineIsNoRisk(address: String) async throws {
        let site = try await TestSite(address: try #require(PublicAddress(address)))
        #expect(!(try await site.browser().get("/sign-in").text.contains("plain HTTP")))
    }

    @Test func aNoticeIsShownOnce() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        #expect(try await browser.post("/account/theme", ["theme": "dark"]).location == "/account")
        let first = try await browser.get("/account").text
        #expect(first.contains("Saved for this browser.") && first.contains("data-theme=\"dark\""))
        #expect(!(try await browser.get("/account").text.contains("Saved for this browser.")))
    }

    @Test func anErrorIsInTheReadersOwnColours() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        _ = try await browser.post("/account/theme", ["theme": "dark"])
        #expect(try await browser.get("/nowhere").text.contains("data-theme=\"dark\""))
    }

    @Test func aForgedNoticeIsTextAndNothingElse() async throws {
        let site = try await TestSite()
        let notice = Browser.escaped("<script>alert(1)</script>")
        let text = try await site.browser().get("/sign-in", [.cookie: "__Host-notice=\(notice); __Host-theme=\"><b>"])
            .text
        #expect(text.contains("&lt;script&gt;") && !text.contains("<script>alert"))
        #expect(text.contains("data-theme=\"auto\""))
    }

    @Test func theLogNamesTheRouteAndNoSecret() async throws {
        let site = try await TestSite()
        let secret = SecretToken.random().rawValue
        _ = try await site.browser().get("/first-admin/\(secret)?q=secret-words")
        let line = try #require(site.logs.lines.last { $0.contains("Answered a request") })
        for part in ["method=GET", "route=/first-admin/{link}", "status=404", "address=192.0.2.7", "request_id="] {
            #expect(line.contains(part))
        }
        #expect(!site.logs.lines.contains { $0.contains(secret) || $0.contains("secret-words") })
    }
}
