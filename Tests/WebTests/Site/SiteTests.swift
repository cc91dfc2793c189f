import Core
import HTTPTypes
import Testing

@testable import Web

/// The skeleton: who gets in where, and what stands around every page.
@Suite struct SiteTests {
    @Test func whoWatchesTheServiceLearnsWhetherItIsAliveAndReady() async throws {
        let browser = try await TestSite().browser()
        #expect(try await browser.get("/healthz").status == .ok)
        #expect(try await browser.get("/readyz").status == .ok)
    }

    @Test func withoutTablesToCountWithTheSiteIsAliveButNotReady() async throws {
        let browser = try await TestSite(encodings: []).browser()
        #expect(try await browser.get("/healthz").status == .ok)
        #expect(try await browser.get("/readyz").status == .serviceUnavailable)
    }

    @Test func whoIsNotSignedInIsLedToTheSignInAndFromThereBack() async throws {
        let answer = try await TestSite().browser().get("/?q=a%20b")
        #expect(answer.status == .seeOther)
        #expect(answer.location == "/sign-in?next=/%3Fq%3Da%2520b")
    }
}
