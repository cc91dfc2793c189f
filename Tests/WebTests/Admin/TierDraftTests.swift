import Core
import Testing

@testable import Web

@Suite struct TierDraftTests {
    private let settings = Tier.Settings(
        name: "Staff", audience: "All", maxPromptTokens: 8_000, maxReplyTokens: 4_096,
        models: [ModelID(rawValue: "m1"), ModelID(rawValue: "m2")], disconnect: .drain,
        allowance: Tier.Allowance(tokensPerDay: 25_000, requestsPerMinute: 10))

    private func flaws(of draft: TierDraft) -> [String: String] {
        do {
            _ = try draft.settings()
            return [:]
        } catch let flaws as Flaws {
            return flaws.sentences(.english)
        } catch {
            return ["": "\(error)"]
        }
    }

    @Test func aFormThatIsSentBackUnchangedChangesNothing() throws {
        #expect(try TierDraft(settings).settings() == settings)
    }

    @Test(arguments: ["25,000", "25 000", "25.000", "25\u{2019}000", " 25000 "])
    func numbersMayBeTypedInGroups(_ text: String) throws {
        var draft = TierDraft(settings)
        draft.tokensPerDay = text
        #expect(try draft.settings().allowance.tokensPerDay == 25_000)
    }

    @Test(arguments: ["2.5", "25,00", "1e5", "-1", "0x10", "٣", "2500 0", ","])
    func whatIsNoWholeNumberIsNotGuessed(_ text: String) {
        var draft = TierDraft(settings)
        draft.tokensPerDay = text
        #expect(flaws(of: draft) == ["tokensPerDay": "This is not written as it should be."])
    }

    @Test func anEmptyAmountIsNoLimitAndZeroIsZero() throws {
        var draft = TierDraft(settings)
        draft.requestsPerMinute = ""
        draft.tokensPerHour = "0"
        let allowance = try draft.settings().allowance
        #expect(allowance.requestsPerMinute == nil && allowance.tokensPerHour == 0)
    }

    @Test func everythingThatIsWrongIsSaidTogetherBesideItsField() {
        var draft = TierDraft(settings)
        draft.name = " "
        draft.maxPromptTokens = ""
        draft.maxReplyTokens = "-5"
        draft.tokensPerDay = "99999999999999999999"
        #expect(
            flaws(of: draft) == [
                "name": "This is needed.", "maxPromptTokens": "This is needed.",
                "maxReplyTokens": "This is not written as it should be.",
                "tokensPerDay": "This is not written as it should be.",
            ])
    }

    @Test func everyFlawOfATierHasAFieldToStandBeside() {
        let names = Set(TierDraft().fields([:], .english).map(\.name) + ["disconnect"])
        #expect(Set(flaws(of: TierDraft()).keys).isSubset(of: names))
    }

    @Test func aRowShowsWhatIsNotLimitedAsADash() {
        let (m1, m2) = (ModelID(rawValue: "m1"), ModelID(rawValue: "m2"))
        let tier = Tier(organization: .random(), settings: settings, isRetired: true)
        let row = TiersPage.Row(tier, people: 1_048, modelNames: [m1: "b", m2: "a"], .english)
        #expect(
            row.people == "1,048" && row.day == "25,000" && row.hour == "—" && row.models == "a, b" && row.isRetired)
    }

    @Test func aPreviewSaysWhomItWouldStop() {
        let harsh = TiersPage.Preview(
            TierPreview(people: 48, stopped: [.random(), .random()]), names: ["Zoe", "Ada"], .english)
        #expect(harsh.isHarsh && harsh.text.hasPrefix("48 people are on this tier. 2 of them have already taken more"))
        #expect(harsh.text.hasSuffix(": Ada, Zoe."))
        #expect(!TiersPage.Preview(TierPreview(people: 1, stopped: []), names: [], .english).isHarsh)
    }
}
