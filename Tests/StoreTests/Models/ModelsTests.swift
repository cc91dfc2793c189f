import Core
import Testing

@testable import Store

struct ModelsTests {
    let temporary: TemporaryStore
    var models: any Models { temporary.store.models }
    var upstreams: any UpstreamRecords { temporary.store.upstreamRecords }

    init() async throws {
        temporary = try await TemporaryStore()
    }

    @Test func modelReturnsAsItWasSet() async throws {
        var settings = try await temporary.addModel("small", in: [temporary.standard.id]).settings
        settings.encoding = "o200k_base"
        settings.tariff = Tariff(
            promptNanodollarsPerMillion: 1, completionNanodollarsPerMillion: 2, cachedPromptNanodollarsPerMillion: 3,
            weightPartsPerMillion: 4)
        settings.isRetired = true
        settings.tiers = []
        let id = try await models.all()[0].id
        #expect(try await models.change(id, to: settings, by: temporary.actor).settings == settings)
        #expect(try await models.model(id)?.settings == settings)
    }

    @Test func whatMakesNoSenseIsRefusedFieldByField() async throws {
        var settings = try await temporary.addModel("small", in: []).settings
        settings.contextWindow = 0
        settings.tariff.completionNanodollarsPerMillion = -1
        let flaws = await #expect(throws: Flaws.self) { try await models.create(settings, by: temporary.actor) }
        #expect(flaws?.all.map(\.field) == ["completionPrice", "contextWindow", "maxReplyTokens"])
    }

    @Test func namesUpstreamsAndTiersMustBeRight() async throws {
        var settings = try await temporary.addModel("small", in: []).settings
        settings.upstream = .random()
        settings.tiers = [.random()]
        await #expect(throws: Flaws([Flaw("name", .taken), Flaw("upstream", .unknown), Flaw("tiers", .unknown)])) {
            try await models.create(settings, by: temporary.actor)
        }
    }

    @Test func peopleAreOfferedWhatTheirTierAllows() async throws {
        let small = try await temporary.addModel("small", in: [temporary.standard.id])
        _ = try await temporary.addModel("big", in: [])
        var retired = try await temporary.addModel("old", in: [temporary.standard.id])
        retired.settings.isRetired = true
        _ = try await models.change(retired.id, to: retired.settings, by: temporary.actor)
        #expect(try await models.allowed(for: temporary.admin.id) == [small])
    }

    @Test func wayOfAPromptIsReadAnewEachTime() async throws {
        let policy = temporary.store.gatePolicy
        let model = try await temporary.addModel("small", in: [temporary.standard.id])
        let route = try await policy.route(of: temporary.admin.id, to: "small")
        #expect(route.endpoint == UpstreamEndpoint(baseURL: "http://127.0.0.1:1/v1", apiKey: "sk-1"))
        #expect(route.meteredModel == MeteredModel(name: "up-small"))
        #expect(route.bounds == ReplyBounds(maxPromptTokens: 32_000, maxReplyTokens: 1_000, contextWindow: 8_000))
        #expect(route.path.model == model.id && route.path.tier == temporary.standard.id)
        #expect(route.disconnectPolicy == temporary.standard.settings.disconnect)

        var settings = temporary.standard.settings
        settings.maxReplyTokens = 7
        settings.models = [model.id]
        settings.disconnect = .drain
        _ = try await temporary.store.tiers.change(temporary.standard.id, to: settings, by: temporary.actor)
        let next = try await policy.route(of: temporary.admin.id, to: "small")
        #expect(next.bounds.maxReplyTokens == 7 && next.disconnectPolicy == .drain)
    }

    // MARK: Upstreams

    @Test func keyStaysOnlyWithItsAddress() async throws {
        let record = try await upstreams.create(
            UpstreamRecord.Draft(name: "one", baseURL: "https://one.example/v1", key: .replace(with: "sk-secret")),
            by: temporary.actor)
        var draft = UpstreamRecord.Draft(name: "renamed", baseURL: "https://one.example/v1")
        #expect(try await upstreams.change(record.id, to: draft, by: temporary.actor).hasKey)
        #expect(try await upstreams.endpoint(of: record.id)?.apiKey == "sk-secret")
        draft.baseURL = "https://attacker.example/v1"
        #expect(try await upstreams.change(record.id, to: draft, by: temporary.actor).hasKey == false)
        #expect(try await upstreams.endpoint(of: record.id)?.apiKey == nil)
        draft.baseURL = "https://one.example/v1"
        draft.key = .replace(with: "sk-new")
        #expect(try await upstreams.change(record.id, to: draft, by: temporary.actor).hasKey)
        draft.key = .clear
        #expect(try await upstreams.change(record.id, to: draft, by: temporary.actor).hasKey == false)
    }

    @Test(arguments: [
        "", "ftp://x/v1", "https://", "https:///v1", "https://user@host/v1", "https://host/v1/", "https://host/v1?x=1",
        "https://host/ v1", "https://hôst/v1", "https://:80", "javascript:alert(1)", "https://host/v1\r\nX: y",
    ])
    func addressThatIsNoneIsRefused(baseURL: String) async throws {
        let flaws = UpstreamRecord.Draft(name: "x", baseURL: baseURL).flaws
        #expect(flaws.all.map(\.field) == ["baseURL"])
    }

    @Test(arguments: ["", "a b", "a\r\nHost: x", "ké"])
    func keyThatIsNoHeaderValueIsRefused(key: String) {
        let flaws = UpstreamRecord.Draft(name: "x", baseURL: "http://[::1]:80/v1", key: .replace(with: key)).flaws
        #expect(flaws.all.map(\.field) == ["key"])
    }

    @Test func keyIsNotInTheAuditLog() async throws {
        _ = try await temporary.addModel("small", in: [])
        let entries = try await temporary.store.auditLog.entries(AuditQuery())
        #expect(entries.contains { $0.action == .upstreamCreated && $0.after?.contains("\"hasKey\":true") == true })
        #expect(!entries.contains { "\($0)".contains("sk-1") })
    }
}
