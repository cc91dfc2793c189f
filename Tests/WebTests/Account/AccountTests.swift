import Core
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct AccountTests {
    private static let newPassword = "nine patient otters"

    // MARK: Preferences

    @Test func nameAndTimeZoneAreKeptAndFeltAtOnce() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        let answer = try await browser.post(
            "/account/preferences", ["displayName": "Maren V.", "timeZone": "Pacific/Auckland"])
        #expect(answer.location == "/account")
        let page = try await browser.get("/account").text
        #expect(page.contains("value=\"Maren V.\"") && page.contains("value=\"Pacific/Auckland\" selected"))
        #expect(page.contains("8 Jan 2026, 01:00") && page.contains("data-zone=\"Pacific/Auckland\""))
    }

    @Test func anEmptyTimeZoneIsTheOrganizations() async throws {
        let site = try await TestSite()
        let person = try await site.person()
        let browser = try await site.browser(of: person)
        _ = try await browser.post("/account/preferences", ["displayName": "M", "timeZone": "Pacific/Auckland"])
        _ = try await browser.post("/account/preferences", ["displayName": "M", "timeZone": ""])
        #expect(try await site.store.people.person(person.id)?.timeZone == nil)
        #expect(try await browser.get("/account").text.contains("7 Jan 2026, 12:00"))
    }

    @Test(arguments: [("", "UTC"), ("a\nb", "UTC"), ("Maren", "Mars/Olympus"), ("Maren", "../../etc/passwd")])
    func preferencesThatMakeNoSenseComeBackAsTheyWereTyped(_ name: String, _ zone: String) async throws {
        let site = try await TestSite()
        let person = try await site.person()
        let answer = try await site.browser(of: person)
            .post("/account/preferences", ["displayName": name, "timeZone": zone])
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains("aria-invalid"))
        #expect(try await site.store.people.person(person.id)?.displayName == "Maren Voss")
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "{{frame.title}}", "\" onfocus=\"alert(1)", "'; DROP TABLE person; --",
    ])
    func aHostileNameIsTextOnEveryPage(_ name: String) async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        _ = try await browser.post("/account/preferences", ["displayName": name, "timeZone": ""])
        for path in ["/account", "/account/usage", "/help/limits"] {
            let text = try await browser.get(path).text
            #expect(text.contains(name.htmlEscaped))
            #expect(!text.contains("<script>alert") && !text.contains("\" onfocus=\""))
        }
    }

    // MARK: The password

    @Test func aNewPasswordSignsOutEverywhereElse() async throws {
        let site = try await TestSite()
        let person = try await site.person(password: TestSite.password)
        let (here, elsewhere) = (try await site.browser(of: person), try await site.browser(of: person))
        let before = try #require(SecretToken(rawValue: here.cookies["__Host-sluice"]!))
        let answer = try await here.post(
            "/account/password", ["current": TestSite.password, "new": Self.newPassword, "endOthers": "yes"])
        #expect(answer.location == "/account")
        #expect(try await site.store.sessions.signedIn(with: before) == nil)
        #expect(try await here.get("/account").text.contains("The password was changed."))
        #expect(try await elsewhere.get("/account").status == .seeOther)
        let fields: KeyValuePairs = ["email": person.email.rawValue, "password": Self.newPassword]
        #expect(try await site.browser().post("/sign-in", fields).status == .seeOther)
    }

    @Test func aNewPasswordLeavesOtherBrowsersAloneWhereItShould() async throws {
        let site = try await TestSite()
        let person = try await site.person(password: TestSite.password)
        let (here, elsewhere) = (try await site.browser(of: person), try await site.browser(of: person))
        let before = try #require(SecretToken(rawValue: here.cookies["__Host-sluice"]!))
        #expect(try await here.get("/account").text.contains("name=\"endOthers\" value=\"yes\" checked"))
        let refused = try await here.post("/account/password", ["current": "wrong horse", "new": Self.newPassword])
        #expect(refused.text.contains("name=\"endOthers\" value=\"yes\">"))
        _ = try await here.post("/account/password", ["current": TestSite.password, "new": Self.newPassword])
        #expect(try await here.get("/account").text.contains("you stay so"))
        #expect(try await elsewhere.get("/account").status == .ok)
        #expect(try await site.store.sessions.signedIn(with: before) == nil)
    }

    @Test(arguments: [
        ("wrong horse", newPassword, "This is not your password."),
        (TestSite.password, "short", "At least 8 characters."),
        (TestSite.password, "password123", "Everybody tries this first"),
        (TestSite.password, "maren@example.org", "Everybody tries this first"),
        (TestSite.password, String(repeating: "ab c", count: 40), "At most 128 characters."),
    ])
    func aPasswordIsChangedOnlyByWhoKnowsItAndToAGoodOne(
        _ current: String, _ new: String, _ sentence: String
    ) async throws {
        let site = try await TestSite()
        let person = try await site.person(password: TestSite.password)
        let answer = try await site.browser(of: person).post("/account/password", ["current": current, "new": new])
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains(sentence) && !answer.text.contains("value=\"\(new)\""))
        let fields: KeyValuePairs = ["email": person.email.rawValue, "password": TestSite.password]
        #expect(try await site.browser().post("/sign-in", fields).status == .seeOther)
    }

    @Test func aStolenSessionCannotTryPasswordsForEver() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person(password: TestSite.password))
        for _ in 1...5 {
            _ = try await browser.post("/account/password", ["current": "wrong horse", "new": Self.newPassword])
        }
        let answer = try await browser.post(
            "/account/password", ["current": TestSite.password, "new": Self.newPassword])
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.contains("too many tries"))
    }

    // MARK: Sessions

    @Test func everySessionIsListedAndCanBeEnded() async throws {
        let site = try await TestSite()
        let person = try await site.person()
        let here = try await site.browser(of: person)
        let token = try await site.store.sessions.begin(
            for: person.id,
            on: SessionClient(address: "198.51.100.20", userAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"))
        let page = try await here.get("/account").text
        #expect(page.contains("Firefox on Linux") && page.contains("198.51.100.20") && page.contains("this one"))
        let session = try #require(try await site.store.sessions.signedIn(with: token)).session
        #expect(try await here.post("/account/sessions/\(session.id)/end").location == "/account#sessions")
        #expect(try await site.store.sessions.signedIn(with: token) == nil)
        #expect(try await here.get("/account").status == .ok)
    }

    @Test func otherPeoplesSessionsAreNotThere() async throws {
        let site = try await TestSite()
        let victim = try await site.browser(of: site.person("tomas@example.org"))
        let theirs = try await site.store.people.person(with: EmailAddress(rawValue: "tomas@example.org")!)!
        let session = try #require(try await site.store.sessions.all(of: theirs.id).first)
        let browser = try await site.browser(of: site.person())
        let stolen = try await browser.post("/account/sessions/\(session.id)/end")
        let unknown = try await browser.post("/account/sessions/\(SessionID.random())/end")
        #expect(stolen.status == .notFound && unknown.status == .notFound)
        #expect(try await victim.get("/account").status == .ok)
        #expect(!(try await browser.get("/account").text.contains(session.id.rawValue)))
    }

    @Test(arguments: ["..", "%2e%2e", "%00", "a", "' OR 1=1", "%2F", String(repeating: "a", count: 33)])
    func whatIsNoSessionIsNotThere(_ id: String) async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        let answer = try await browser.post("/account/sessions/\(id)/end")
        #expect(answer.status == .notFound)
        #expect(try await browser.get("/account").status == .ok)
    }

    @Test func allOtherSessionsEndAtOnce() async throws {
        let site = try await TestSite()
        let person = try await site.person()
        let (here, elsewhere) = (try await site.browser(of: person), try await site.browser(of: person))
        _ = try await here.post("/account/sessions/end-others")
        #expect(try await here.get("/account").status == .ok)
        #expect(try await elsewhere.get("/account").status == .seeOther)
    }

    @Test(arguments: [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone"
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1", "Safari on Mac"),
        ("curl/8.5.0", "curl"), ("", "An unknown browser"), ("<script>", "An unknown browser"),
    ])
    func aBrowserIsCalledWhatItsOwnerCallsIt(_ userAgent: String, _ name: String) {
        #expect(Words.english.name(ofBrowser: userAgent) == name)
    }
}
