import Core
import Foundation
import Testing

@testable import Web

@Suite struct WordsTests {
    private let words = Words.english
    private let german = Words(
        language: "de", groupSeparator: ".",
        translations: ["Sign in": "Anmelden", "{count} tokens": "{count} Token", "left of {limit}": "{limit} & Rest"])

    @Test(arguments: [
        (Int64(0), "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "−12,345"),
        (Int64.min, "−9,223,372,036,854,775,808"),
    ])
    func numbersAreExactAndGrouped(_ value: Int64, _ text: String) {
        #expect(words.number(value) == text)
    }

    @Test func oneThingIsNotManyThings() {
        #expect(words.tokens(1) == "1 token")
        #expect(words.tokens(0) == "0 tokens")
        #expect(german.tokens(2_000) == "2.000 Token")
    }

    @Test func aMissingTranslationIsEnglish() {
        #expect(german("Sign in") == "Anmelden")
        #expect(german("Sign out") == "Sign out")
    }

    @Test(arguments: [
        (Int64(0), "$0.00"), (1_500_000_000, "$1.50"), (71_000_000, "$0.071"), (1_000, "$0.000001"),
        (-5_000_000_000, "−$5.00"),
    ])
    func moneyIsCountedInNanodollars(_ nanodollars: Int64, _ text: String) {
        #expect(words.dollars(nanodollars: nanodollars) == text)
    }

    @Test func aMomentIsWordedInThePersonsZoneAndMarkedInUTC() throws {
        let zone = try #require(TimeZone(identifier: "Asia/Kolkata"))
        let moment = Moment(Timestamp(milliseconds: 1_795_240_800_000), zone: zone)
        #expect(moment.iso == "2026-11-21T06:00:00Z")
        #expect(moment.text.hasPrefix("21 Nov 2026, 11:30"))
    }

    @Test func templatesAreTranslatedWhenTheyLoadAndStayEscaped() throws {
        let files = try StaticFiles(directory: Repository.root + "/public")
        let source = TemplateSource(name: "x", text: "<b title=\"{{\"left of {limit}\"}}\">{{\"Sign in\"}}</b>{{name}}")
        #expect(try source.resolved(german, files).text == "<b title=\"{{limit}} &amp; Rest\">Anmelden</b>{{name}}")
    }
}
