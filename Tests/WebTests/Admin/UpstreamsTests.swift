import Core
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

@Suite struct UpstreamsTests {
    private func form(_ name: String, _ address: String, key: String = "", clear: String = "no") -> [(String, String)] {
        [("name", name), ("baseURL", address), ("key", key), ("clearKey", clear)]
    }

    @Test func aKeyIsWrittenNeverShownAndForgottenWithItsAddress() async throws {
        let desk = try await AdminDesk()
        let upstreams = desk.site.store.upstreamRecords
        let made = try await desk.post("/admin/upstreams", form("Own", "https://own.example/v1", key: "sk-secret-1"))
        #expect(made.status == .seeOther)
        let record = try #require(try await upstreams.all().first { $0.name == "Own" })
        for page in ["/admin/upstreams", "/admin/upstreams?edit=\(record.id)", "/admin/audit", "/admin/health"] {
            #expect(try await !desk.browser.get(page).text.contains("sk-secret-1"), "\(page)")
        }
        let path = "/admin/upstreams/\(record.id)"
        _ = try await desk.post(path, form("Ours", "https://own.example/v1"))
        #expect(try await upstreams.endpoint(of: record.id)?.apiKey == "sk-secret-1")
        _ = try await desk.post(path, form("Ours", "https://elsewhere.example/v1"))
        #expect(try await upstreams.endpoint(of: record.id)?.apiKey == nil)
        #expect(try await desk.browser.get("/admin/upstreams").text.contains("and its key forgotten."))
        #expect(try await desk.latest().action == .upstreamChanged)
    }

    @Test func aKeyIsForgottenWhenThatIsAsked() async throws {
        let desk = try await AdminDesk()
        let draft = UpstreamRecord.Draft(name: "Own", baseURL: "https://own.example/v1", key: .replace(with: "sk-1"))
        let record = try await desk.site.store.upstreamRecords.create(draft, by: .shell)
        _ = try await desk.post(
            "/admin/upstreams/\(record.id)", form("Own", "https://own.example/v1", clear: "yes"))
        #expect(try await desk.site.store.upstreamRecords.endpoint(of: record.id)?.apiKey == nil)
    }

    @Test(arguments: [
        "javascript:alert(1)", "own.example", "https://own.example/v1/", "https://u:p@own.example/v1", "",
    ])
    func anAddressThatCannotBeAskedIsRefused(_ address: String) async throws {
        let desk = try await AdminDesk()
        let answer = try await desk.post("/admin/upstreams", form("Own", address, key: "sk-secret-2"))
        #expect(answer.status == .unprocessableContent && !answer.text.contains("sk-secret-2"))
        #expect(try await desk.site.store.upstreamRecords.all().count == 1)
    }

    @Test func askingForTheModelsSaysWhatCameBack() async throws {
        let desk = try await AdminDesk()
        let record = try #require(try await desk.site.store.upstreamRecords.all().first)
        let path = "/admin/upstreams/\(record.id)/try"
        #expect(try await desk.post(path, []).text.contains("It offers: demo-small."))
        desk.site.upstream.modelNames = .failure(.unreachable(detail: "secret detail"))
        let answer = try await desk.post(path, []).text
        #expect(answer.contains("There is no connection") && !answer.contains("secret detail"))
    }
}
