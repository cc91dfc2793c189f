import Core
import Store
import Testing

@testable import Web

@Suite struct HelpLimitsTests {
    @Test func theRulesStandBesideTheReadersOwnNumbers() async throws {
        let site = try await TestSite()
        let person = try await site.person()
        try await site.use(promptTokens: 988, reply: "twelve bytes", by: person)
        let text = try await site.browser(of: person).get("/help/limits").text
        let rows = [
            "Your tokens this hour", "Your tokens today", "Your tokens this month", "Your requests this minute",
            "Your requests at once",
        ]
        let places = rows.map { text.firstRange(of: $0)?.lowerBound }
        #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted())
        #expect(text.contains("<td class=\"right\">1,000</td>") && text.contains("<td class=\"right\">99,000</td>"))
        #expect(text.contains("<time datetime=\"2026-01-07T13:00:00Z\">7 Jan 2026, 13:00"))
    }

    @Test(arguments: [
        (DisconnectPolicy.cancel(graceSeconds: 7), "the model is stopped after 7 s"),
        (.drain, "you pay for all of it"),
    ])
    func theRulesAreThoseOfTheReadersOwnTier(_ policy: DisconnectPolicy, _ sentence: String) async throws {
        let site = try await TestSite()
        let tier = try await site.standard()
        var settings = tier.settings
        settings.disconnect = policy
        settings.maxPromptTokens = 31_999
        _ = try await site.store.tiers.change(tier.id, to: settings, by: .shell)
        let text = try await site.browser(of: site.person()).get("/help/limits").text
        #expect(text.contains(sentence) && text.contains("up to 31,999 tokens and one reply up to 4,096 tokens"))
        #expect(text.contains("one per day at 0:00"))
    }

    @Test func aLimitThatAnAdminChangesIsThereAtTheNextLook() async throws {
        let site = try await TestSite()
        let browser = try await site.browser(of: site.person())
        #expect(try await browser.get("/help/limits").text.contains("100,000"))
        let tier = try await site.standard()
        var settings = tier.settings
        settings.allowance.tokensPerHour = 123_456
        _ = try await site.store.tiers.change(tier.id, to: settings, by: .shell)
        let text = try await browser.get("/help/limits").text
        #expect(text.contains("123,456") && !text.contains("100,000"))
    }
}
