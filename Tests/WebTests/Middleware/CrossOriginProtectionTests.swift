import HTTPTypes
import Hummingbird
import Testing

@testable import Web

@Suite struct CrossOriginProtectionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var method = HTTPRequest.Method.post
        var address = "https://chat.example.org"
        var host: String? = "chat.example.org"
        var site: String?
        var origin: String?
        var authorization: String?
        let isAllowed: Bool

        var testDescription: String {
            "\(method) to \(host ?? "-"): \(site ?? "-"), \(origin ?? "-"), \(authorization ?? "-")"
        }
    }

    @Test(arguments: [
        Case(method: .get, site: "cross-site", origin: "https://evil.example", isAllowed: true),
        Case(method: .head, isAllowed: true),
        Case(site: "same-origin", isAllowed: true),
        Case(site: "same-origin", origin: "https://chat.example.org", isAllowed: true),
        Case(site: "same-site", origin: "https://www.example.org", isAllowed: false),
        Case(site: "cross-site", origin: "https://chat.example.org", isAllowed: false),
        Case(site: "none", isAllowed: false),
        Case(site: "", isAllowed: false),
        Case(site: "same-origin, cross-site", isAllowed: false),
        Case(origin: "https://chat.example.org", isAllowed: true),
        Case(origin: "https://CHAT.example.org", isAllowed: true),
        Case(origin: "http://chat.example.org", isAllowed: false),
        Case(origin: "https://chat.example.org.evil.example", isAllowed: false),
        Case(origin: "https://chat.example.org:8443", isAllowed: false),
        Case(origin: "null", isAllowed: false),
        Case(origin: "", isAllowed: false),
        Case(isAllowed: false),
        Case(host: nil, isAllowed: false),
        Case(method: .put, isAllowed: false),
        Case(method: .delete, site: "cross-site", isAllowed: false),
        Case(authorization: "Bearer sk-1", isAllowed: true),
        Case(authorization: "Basic dXNlcjpwYXNz", isAllowed: false),
        Case(
            address: "http://localhost:8080", host: "192.168.1.5:8080", origin: "http://192.168.1.5:8080",
            isAllowed: true),
        Case(
            address: "http://localhost:8080", host: "localhost:8080", origin: "http://localhost:3000", isAllowed: false),
        Case(host: "evil.example", origin: "https://evil.example", isAllowed: true),
    ])
    func onlyOurOwnPagesChangeSomething(_ item: Case) throws {
        let protection = CrossOriginProtection<BasicRequestContext>(address: try #require(PublicAddress(item.address)))
        var request = HTTPRequest(method: item.method, scheme: "https", authority: item.host, path: "/")
        request.headerFields[.secFetchSite] = item.site
        request.headerFields[.origin] = item.origin
        request.headerFields[.authorization] = item.authorization
        #expect(protection.allows(request) == item.isAllowed)
    }
}
