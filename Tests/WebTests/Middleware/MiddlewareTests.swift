import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import Web

/// The middleware as it stands around every route, through the router.
@Suite struct MiddlewareTests {
    private struct Context: IdentifiedContext {
        var coreContext: CoreRequestContextStorage
        let requestID = MiddlewareTests.id

        init(source: Source) {
            coreContext = .init(source: source)
        }
    }

    private static let id = Core.RequestID(rawValue: "8f14e45fceea167a5a36dedd4bea2543")

    private struct Unexpected: Error {
        let secret = "table person_secret"
    }

    private func application(_ address: String = "https://chat.example.org") throws -> some ApplicationProtocol {
        let address = try #require(PublicAddress(address))
        let templates = try Repository.templates()
        let router = Router(context: Context.self)
        router.addMiddleware {
            RequestIdentification()
            SecurityHeaders(address: address)
            ErrorResponses(templates: templates, time: SystemTime())
            CrossOriginProtection(address: address)
        }
        router.get("page") { _, _ in Response.html("<p>") }
        router.post("page") { _, _ in Response.html("<p>") }
        router.get("broken") { _, _ -> Response in throw Unexpected() }
        router.get("v1/broken") { _, _ -> Response in throw Unexpected() }
        router.get("full") { _, _ -> Response in throw StoreFailure.full }
        router.get("busy") { _, _ -> Response in throw Failure.standard(.serviceUnavailable) }
        return Application(router: router)
    }

    @Test func everyResponseSaysWhatOurPagesNeverDo() async throws {
        try await application().test(.router) { client in
            for path in ["/page", "/nowhere", "/broken"] {
                let headers = try await client.execute(uri: path, method: .get).headers
                #expect(headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; script-src 'self';") == true)
                #expect(headers[.contentSecurityPolicy]?.contains("\n") == false)
                #expect(headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[.cacheControl] == "no-store")
                #expect(headers[.strictTransportSecurity] == "max-age=63072000; includeSubDomains")
            }
        }
    }

    @Test func plainHTTPPromisesNoSecureTransport() async throws {
        try await application("http://localhost:8080").test(.router) { client in
            let headers = try await client.execute(uri: "/page", method: .get).headers
            #expect(headers[.strictTransportSecurity] == nil)
        }
    }

    @Test func theRequestIDIsReturnedAndNoClientChoosesIt() async throws {
        try await application().test(.router) { client in
            let response = try await client.execute(uri: "/page", method: .get, headers: [.xRequestID: "<script>"])
            #expect(response.headers[.xRequestID] == Self.id.rawValue)
        }
    }

    @Test func aPersonReadsAPageWithTheRequestIDAndNothingInternal() async throws {
        try await application().test(.router) { client in
            let response = try await client.execute(uri: "/broken", method: .get)
            let body = String(buffer: response.body)
            #expect(response.status == .internalServerError)
            #expect(response.headers[.contentType] == "text/html; charset=utf-8")
            #expect(body.contains(Self.id.rawValue))
            #expect(!body.contains("person_secret") && !body.contains("Unexpected"))
        }
    }

    @Test func aProgramReadsAProblem() async throws {
        try await application().test(.router) { client in
            let response = try await client.execute(
                uri: "/nowhere", method: .get, headers: [.accept: "application/json"])
            #expect(response.status == .notFound)
            #expect(response.headers[.contentType] == "application/problem+json; charset=utf-8")
            #expect(String(buffer: response.body).contains("\"status\":404"))
        }
    }

    @Test func aProgramThatSpeaksOpenAIFindsAllFourKeys() async throws {
        try await application().test(.router) { client in
            let body = String(buffer: try await client.execute(uri: "/v1/broken", method: .get).body)
            for key in ["message", "type", "param", "code"] { #expect(body.contains("\"\(key)\":")) }
            #expect(!body.contains("person_secret"))
        }
    }

    @Test func aFullDiskIsSaidInWordsAndIsNoFaultOfTheReader() async throws {
        try await application().test(.router) { client in
            let response = try await client.execute(uri: "/full", method: .get)
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "60")
            #expect(String(buffer: response.body).contains("Nothing can be saved just now"))
        }
    }

    @Test func busyMeansTryAgainAfterSomeSeconds() async throws {
        try await application().test(.router) { client in
            let response = try await client.execute(uri: "/busy", method: .get)
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "5")
        }
    }

    @Test func aForgedPostIsRefusedAndAnHonestOneIsNot() async throws {
        try await application().test(.router) { client in
            let forged = try await client.execute(
                uri: "/page", method: .post, headers: [.secFetchSite: "cross-site", .origin: "https://evil.example"])
            #expect(forged.status == .forbidden)
            let honest = try await client.execute(
                uri: "/page", method: .post, headers: [.secFetchSite: "same-origin"])
            #expect(honest.status == .ok)
            #expect(honest.headers[values: .vary].contains("Sec-Fetch-Site, Origin"))
        }
    }
}
