import Core
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct ModelsTests {
    private func form(of model: Model, _ changes: [String: String] = [:]) -> [(String, String)] {
        let draft = ModelDraft(model.settings)
        let fields = draft.fields([:], .english).map { ($0.name, changes[$0.name] ?? $0.value) }
        return fields + [("upstream", draft.upstream ?? ""), ("encoding", changes["encoding"] ?? draft.encoding)]
            + [("fallback", changes["fallback"] ?? draft.fallback ?? ""), ("holdsWholeReply", draft.holdsWholeReply)]
            + (draft.tiers ?? []).map { ("tiers[]", $0) }
    }

    @Test func aFormThatIsSentBackUnchangedChangesNothing() async throws {
        let desk = try await AdminDesk()
        var settings = try await desk.site.model().settings
        settings.tariff = Tariff(
            promptNanodollarsPerMillion: 150_000_000, completionNanodollarsPerMillion: 1,
            cachedPromptNanodollarsPerMillion: 0, weightPartsPerMillion: 1_500_000,
            cachedPromptWeightPartsPerMillion: 250_000, reasoningWeightPartsPerMillion: 2_000_000)
        settings.minimumReplyTokens = 64
        settings.holdsWholeReply = true
        settings.fallback = ModelID(rawValue: "another")
        #expect(try ModelDraft(settings).settings(isRetired: false) == settings)
    }

    @Test func aModelIsAddedAndAskedByItsNameAtOnce() async throws {
        let desk = try await AdminDesk()
        let answer = try await desk.post(
            "/admin/models",
            form(of: desk.site.model(), ["name": "large", "completionPrice": "0.60", "encoding": "o200k_base"]))
        #expect(answer.status == .seeOther)
        let made = try #require(try await desk.site.store.models.all().first { $0.name == "large" })
        #expect(made.settings.tariff.completionNanodollarsPerMillion == 600_000_000)
        #expect(try await !desk.quote(5, model: "large").isRefused)
        #expect(try await desk.latest().action == .modelCreated)
        #expect(try await desk.browser.get("/admin/models").text.contains("$0.00 / $0.60"))
    }

    @Test func aChainOfFallbacksThatComesBackIsRefusedBesideItsField() async throws {
        let desk = try await AdminDesk()
        let small = try await desk.site.model()
        var settings = small.settings
        settings.name = "large"
        settings.fallback = small.id
        let large = try await desk.site.store.models.create(settings, by: .program)
        #expect(try await desk.browser.get("/admin/models").text.contains("then small"))
        let path = "/admin/models/\(small.id)"
        let answer = try await desk.send(
            path + "#form", on: "/admin/models?edit=\(small.id)", ["fallback": large.id.rawValue])
        #expect(answer.status == .unprocessableContent && answer.text.contains("the chain comes back to this one"))
        #expect(try await desk.site.store.models.model(small.id) == small)
        let own = try PageForm(
            try await desk.browser.get("/admin/models?edit=\(small.id)").text, action: path + "#form")
        #expect(own["fallback"] == "" && own["minimumReplyTokens"] == "16")
    }

    @Test func aRetiredModelTakesNoPromptsUntilItIsRestored() async throws {
        let desk = try await AdminDesk()
        let model = try await desk.site.model()
        #expect(try await desk.post("/admin/models/\(model.id)/retire", []).status == .seeOther)
        await #expect(throws: GateError.unknownModel("small")) { try await desk.quote(5) }
        #expect(try await desk.post("/admin/models/\(model.id)/restore", []).status == .seeOther)
        #expect(try await !desk.quote(5).isRefused)
        #expect(try await desk.site.model() == model)
    }

    @Test func pricesAndWeightsThatCannotBeReadAreToldTogether() async throws {
        let desk = try await AdminDesk()
        let model = try await desk.site.model()
        let bad = ["promptPrice": "1,50", "completionPrice": "-1", "weight": "0.0000001", "contextWindow": "big"]
        let answer = try await desk.post("/admin/models/\(model.id)", form(of: model, bad))
        #expect(answer.status == .unprocessableContent)
        #expect(answer.text.split(separator: "An amount in dollars").count == 3)
        #expect(answer.text.contains("A number such as 1 or 0.5.") && answer.text.contains("value=\"big\""))
        #expect(try await desk.site.model() == model)
    }

    @Test func aTrialPassesTheGateAndIsOnTheAdminsAccount() async throws {
        let desk = try await AdminDesk()
        let model = try await desk.site.model()
        async let answer = desk.post("/admin/models/\(model.id)/try", [])
        let reply = await desk.site.upstream.next()
        #expect(reply.call.model == "demo-small" && reply.call.maxCompletionTokens <= 200)
        reply.send(.servedModel("demo-small-2"), .text("Hello <there>."))
        reply.finish()
        let text = try await answer.text
        #expect(
            text.contains("small answered") && text.contains("Hello &lt;there&gt;.") && text.contains("demo-small-2"))
        let used = try await desk.site.site.usedToday(by: desk.site.admin())
        #expect(used.requests == 1 && text.contains("\(used.promptTokens) prompt and 14 reply tokens"))
    }

    @Test func aTrialSaysWhatTheUpstreamSaidAndCostsNothing() async throws {
        let desk = try await AdminDesk()
        let model = try await desk.site.model()
        desk.site.upstream.answer = .fail(.refused(status: 401, message: "bad <key>", retryAfterSeconds: nil))
        let answer = try await desk.post("/admin/models/\(model.id)/try", [])
        #expect(answer.status == .ok)
        #expect(
            answer.text.contains("It answered with status 401: bad &lt;key&gt;")
                && answer.text.contains("Nothing was charged."))
        #expect(try await desk.site.site.usedToday(by: desk.site.admin()) == UsageTotals())
        #expect(try await desk.site.store.ledger.openHolds().isEmpty)
    }
}
