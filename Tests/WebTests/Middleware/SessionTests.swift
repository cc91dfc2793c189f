import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Web

@Suite struct SessionTests {
    private let secure = SessionCookie(address: PublicAddress("https://chat.example.org")!)
    private let insecure = SessionCookie(address: PublicAddress("http://localhost:8080")!)

    private func request(_ cookies: String...) -> Request {
        var head = HTTPRequest(method: .get, scheme: "https", authority: "chat.example.org", path: "/")
        head.headerFields[values: .cookie] = cookies
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    @Test func onHTTPSTheCookieBelongsToThisHostAlone() {
        let cookie = secure.set(.random()).description
        #expect(cookie.hasPrefix("__Host-sluice="))
        for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=1209600"] {
            #expect(cookie.contains(part))
        }
        #expect(!cookie.contains("Domain"))
    }

    @Test func overPlainHTTPItHasAnotherName() {
        let token = SecretToken.random()
        #expect(!insecure.set(token).description.contains("Secure"))
        #expect(insecure.token(in: request("__Host-sluice=\(token.rawValue)")) == nil)
        #expect(secure.token(in: request("sluice-insecure=\(token.rawValue)")) == nil)
    }

    /// From a neighbouring host, which may not set a cookie of this name, but one whose value ends so.
    @Test(arguments: ["x=a\u{37E}", "\u{2000}", "\u{A0}", "x"])
    func whatOnlyLooksLikeTheCookieIsNone(beginning: String) {
        let token = SecretToken.random()
        #expect(secure.token(in: request("\(beginning)__Host-sluice=\(token.rawValue)")) == nil)
        let own = SecretToken.random()
        let both = "\(beginning)__Host-sluice=\(token.rawValue); __Host-sluice=\(own.rawValue)"
        #expect(secure.token(in: request(both)) == own)
    }

    @Test func theTokenIsFoundAmongOtherCookies() {
        let token = SecretToken.random()
        #expect(secure.token(in: request("theme=dark; __Host-sluice=\(token.rawValue); a=b")) == token)
        #expect(secure.token(in: request("theme=dark", "__Host-sluice=\(token.rawValue)")) == token)
    }

    @Test func aCookieThatIsThereTwiceOrIsNoTokenIsNoSession() {
        let token = SecretToken.random()
        #expect(secure.token(in: request("__Host-sluice=\(token.rawValue); __Host-sluice=\(token.rawValue)")) == nil)
        #expect(secure.token(in: request("__Host-sluice=short")) == nil)
        #expect(secure.token(in: request("x__Host-sluice=\(token.rawValue)")) == nil)
        #expect(secure.token(in: request()) == nil)
    }

    @Test func aFormTokenIsValidInItsOwnSessionOnly() {
        let session = SecretToken.random()
        let token = FormToken.make(session: session)
        #expect(FormToken.isValid(token, session: session))
        #expect(!FormToken.isValid(token, session: .random()))
        #expect(!FormToken.isValid("", session: session))
        #expect(!FormToken.isValid(token + "0", session: session))
    }

    @Test(arguments: [
        ("https://Chat.Example.org", "https://chat.example.org"),
        ("https://chat.example.org:443/", "https://chat.example.org"),
        ("http://localhost:8080", "http://localhost:8080"), ("ftp://example.org", nil), ("chat.example.org", nil),
        ("https://example.org/path", nil), ("https://user@example.org", nil), ("", nil),
    ])
    func aPublicAddressIsAnOrigin(_ text: String, _ origin: String?) {
        #expect(PublicAddress(text)?.origin == origin)
    }
}
