import Core
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct SignInTests {
    private func site() async throws -> TestSite {
        let site = try await TestSite()
        try await site.person(password: TestSite.password)
        return site
    }

    private func signIn(
        _ browser: Browser, email: String = "maren@example.org", password: String = TestSite.password,
        next: String = "/account"
    ) async throws -> Answer {
        try await browser.post("/sign-in", ["email": email, "password": password, "next": next])
    }

    @Test func addressAndPasswordLeadToThePageThatWasAskedFor() async throws {
        let browser = try await site().browser()
        let answer = try await signIn(browser, email: " Maren@Example.org ", next: "/account/usage?period=week")
        #expect(answer.status == .seeOther)
        #expect(answer.location == "/account/usage?period=week")
        let cookie = try #require(answer.headers[.setCookie])
        for part in ["__Host-sluice=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            #expect(cookie.contains(part))
        }
        #expect(try await browser.get("/account").status == .ok)
    }

    @Test(arguments: [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/chat\r\nSet-Cookie: a=b", "/chat\t", "", "chat", "/ chat", "/\u{FEFF}/evil.example",
    ])
    func theWayBackNeverLeadsAway(_ next: String) async throws {
        let answer = try await signIn(site().browser(), next: next)
        #expect(answer.location == "/chat")
        #expect(answer.headers[values: .setCookie].count == 1)
    }

    @Test func theWayBackSurvivesAWrongPassword() async throws {
        let browser = try await site().browser()
        let page = try await browser.get("/sign-in?next=/account/usage%3Fperiod%3Dweek").text
        #expect(page.contains("name=\"next\" value=\"/account/usage?period=week\""))
        let refused = try await signIn(browser, password: "wrong horse", next: "/account/usage?period=week").text
        #expect(refused.contains("name=\"next\" value=\"/account/usage?period=week\""))
        #expect(refused.contains("value=\"maren@example.org\"") && !refused.contains("wrong horse"))
    }

    @Test func nobodyLearnsWhichAddressesExist() async throws {
        let site = try await site()
        let wrong = try await signIn(site.browser(), password: "wrong horse")
        let unknown = try await signIn(site.browser(), email: "karen@example.org", password: "wrong horse")
        #expect(wrong.status == .unprocessableContent && unknown.status == wrong.status)
        #expect(unknown.text == wrong.text.replacing("maren@", with: "karen@"))
        #expect(wrong.headers[.setCookie] == nil)
    }

    @Test func whoGuessesHasToWaitWhateverTheyGuess() async throws {
        let site = try await site()
        let browser = site.browser()
        for _ in 1...5 { #expect(try await signIn(browser, password: "wrong horse").status == .unprocessableContent) }
        let slowed = try await signIn(browser)
        #expect(slowed.status == .tooManyRequests)
        #expect(slowed.headers[.retryAfter] == "1")
        #expect(slowed.text.contains("too many tries"))
        site.clock.advance(seconds: 1)
        #expect(try await signIn(browser).status == .seeOther)
    }

    @Test func anAddressThatNobodyHasIsSlowedAlike() async throws {
        let site = try await site()
        for _ in 1...5 { _ = try await signIn(site.browser(), email: "karen@example.org", password: "wrong horse") }
        #expect(try await signIn(site.browser(), email: "karen@example.org").status == .tooManyRequests)
    }

    @Test func whoIsDisabledIsToldSoOnlyWithTheRightPassword() async throws {
        let site = try await site()
        let person = try #require(
            try await site.store.people.person(with: EmailAddress(rawValue: "maren@example.org")!))
        try await site.store.people.setDisabled(true, person.id, by: .shell)
        #expect(try await signIn(site.browser(), password: "wrong horse").status == .unprocessableContent)
        let answer = try await signIn(site.browser())
        #expect(answer.status == .forbidden)
        #expect(answer.text.contains("disabled") && answer.headers[.setCookie] == nil)
    }

    @Test func aSessionThatSomebodyPlantedBecomesNobodys() async throws {
        let site = try await site()
        let planted = SecretToken.random()
        let browser = site.browser()
        browser.keep(site.site.cookies.session.set(planted))
        _ = try await signIn(browser)
        #expect(browser.cookies["__Host-sluice"] != planted.rawValue)
        let attacker = site.browser()
        attacker.keep(site.site.cookies.session.set(planted))
        #expect(try await attacker.get("/account").status == .seeOther)
    }

    @Test func signingInAgainEndsTheSessionBefore() async throws {
        let site = try await site()
        let browser = site.browser()
        _ = try await signIn(browser)
        let before = site.browser()
        before.keep(site.site.cookies.session.set(SecretToken(rawValue: browser.cookies["__Host-sluice"]!)!))
        _ = try await signIn(browser)
        #expect(try await before.get("/account").status == .seeOther)
        #expect(try await browser.get("/account").status == .ok)
    }

    @Test func signingOutEndsTheSessionAndClearsTheBrowser() async throws {
        let site = try await site()
        let browser = site.browser()
        _ = try await signIn(browser)
        let thief = site.browser()
        thief.keep(site.site.cookies.session.set(SecretToken(rawValue: browser.cookies["__Host-sluice"]!)!))
        let answer = try await browser.post("/sign-out")
        #expect(answer.location == "/sign-in")
        #expect(answer.headers[.clearSiteData] == #""cache", "storage""#)
        #expect(browser.cookies["__Host-sluice"] == nil)
        #expect(try await thief.get("/account").status == .seeOther)
        #expect(try await browser.get("/sign-in").text.contains("You are signed out."))
        #expect(try await browser.post("/sign-out").status == .seeOther)
    }

    @Test func whoIsSignedInNeedsNoSignIn() async throws {
        let site = try await site()
        let browser = site.browser()
        _ = try await signIn(browser)
        #expect(try await browser.get("/sign-in?next=/account").location == "/account")
    }

    @Test(arguments: [
        "'; DROP TABLE person; --", "\"><script>alert(1)</script>", "{{email}}", "a@b\r\nX: y", "👩‍🚀@example.org",
    ])
    func whateverIsTypedIsTextAndNothingElse(_ text: String) async throws {
        let site = try await site()
        let answer = try await signIn(site.browser(), email: text, password: text)
        #expect(answer.status == .unprocessableContent)
        #expect(!answer.text.contains("<script>alert"))
        #expect(try await signIn(site.browser()).status == .seeOther)
    }

    @Test func aVeryLongPasswordIsRefusedAndNotHashedWhole() async throws {
        let answer = try await signIn(site().browser(), password: String(repeating: "a", count: 500_000))
        #expect(answer.status == .unprocessableContent)
    }

    @Test func aMissingPasswordIsNoForm() async throws {
        #expect(try await site().browser().post("/sign-in", ["email": "maren@example.org"]).status == .badRequest)
    }
}
