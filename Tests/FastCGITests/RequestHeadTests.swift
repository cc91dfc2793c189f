import HTTPTypes
import Testing

@testable import FastCGI

@Suite("FastCGI parameters become a request")
struct RequestHeadTests {
    private func head(_ pairs: (String, String)...) throws -> RequestHead {
        try RequestHead(([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/")] + pairs).map { CGIParameter($0, $1) })
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
    func methodsAreTakenAsTheyCome(method: String) throws {
        #expect(try head(("REQUEST_METHOD", method)).request.method.rawValue == method)
    }

    @Test(arguments: ["/", "//evil.example/x", "/a%2Fb%00?q=%20+&q", "/?", "/a;b=c/../d", "/ü"])
    func targetsAreTakenAsTheyCome(target: String) throws {
        #expect(try head(("REQUEST_URI", target)).request.path == target)
    }

    @Test(arguments: [
        ("REQUEST_URI", "http://evil.example/"), ("REQUEST_URI", "*"), ("REQUEST_URI", "/a b"),
        ("REQUEST_URI", "/\u{FFFD}"), ("REQUEST_URI", "/\u{FFFD}\u{301}"), ("REQUEST_URI", "/a\tb"),
        ("REQUEST_METHOD", "GE T"), ("REQUEST_METHOD", "GET\r\nX: y"), ("CONTENT_LENGTH", "-1"),
        ("CONTENT_LENGTH", "+1"), ("CONTENT_LENGTH", "1x"), ("CONTENT_LENGTH", "99999999999999999999"),
        ("HTTP_X_NOTE", "a\rb"), ("HTTP_X_NOTE", "a\nb"), ("HTTP_X_NOTE", "a\u{0}b"), ("HTTP_X\nNOTE", "a"),
        ("REMOTE_ADDR", "192.0.2.1\nadmin"), ("", "nameless"),
    ])
    func whatCannotBeRightIsRefused(name: String, value: String) {
        #expect(throws: MalformedRequest.self) { try head((name, value)) }
    }

    @Test func requiredParametersAreRequired() {
        #expect(throws: MalformedRequest.self) { try RequestHead([CGIParameter("REQUEST_URI", "/")]) }
        #expect(throws: MalformedRequest.self) { try RequestHead([CGIParameter("REQUEST_METHOD", "GET")]) }
    }

    @Test func hostAndSchemeComeFromNginx() throws {
        let plain = try head(("HTTP_HOST", "chat.example:8080"), ("REQUEST_SCHEME", "http"))
        #expect(plain.request.authority == "chat.example:8080" && plain.request.scheme == "http")
        #expect(try head(("HTTPS", "on")).request.scheme == "https")
        #expect(try head(("REQUEST_SCHEME", "https")).request.scheme == "https")
        #expect(try head(("HTTPS", "")).request.scheme == "http")
    }

    @Test func twoHostsOrTwoLengthsAreRefused() {
        #expect(throws: MalformedRequest.self) { try head(("HTTP_HOST", "a"), ("HTTP_HOST", "b")) }
        #expect(throws: MalformedRequest.self) { try head(("CONTENT_LENGTH", "1"), ("CONTENT_LENGTH", "2")) }
    }

    @Test func headersKeepTheirOrderAndTheirDuplicates() throws {
        let fields = try head(
            ("HTTP_ACCEPT_LANGUAGE", "de"), ("HTTP_COOKIE", "a=1"), ("HTTP_COOKIE", "b=2"), ("CONTENT_TYPE", "text/x"),
            ("CONTENT_LENGTH", "7")
        ).request.headerFields
        #expect(fields[.acceptLanguage] == "de")
        #expect(fields[values: .cookie] == ["a=1", "b=2"])
        #expect(fields[.contentType] == "text/x")
        #expect(fields[.contentLength] == "7")
    }

    @Test(arguments: ["PROXY", "CONNECTION", "TRANSFER_ENCODING", "TE", "UPGRADE", "CONTENT_TYPE", "CONTENT_LENGTH"])
    func headersThatAreNotForTheResponderAreDropped(name: String) throws {
        #expect(try head(("HTTP_" + name, "x")).request.headerFields.isEmpty)
    }

    @Test(arguments: ["HTTP_Proxy", "HTTP_Host", "HTTP_KEEP-ALIVE", "HTTP_content-length"])
    func noSpellingOfADroppedHeaderGetsThrough(name: String) throws {
        #expect(try head((name, "5")).request.headerFields.isEmpty)
    }

    @Test func blankedParametersSayNothing() throws {
        let blank = try head(("HTTP_X_FORWARDED_USER", ""), ("CONTENT_LENGTH", ""), ("REQUEST_ID", ""))
        #expect(blank.request.headerFields.isEmpty && blank.contentLength == nil && blank.requestID == nil)
    }

    @Test func onlyAPlainIdentifierFromNginxIsTaken() throws {
        #expect(try head(("REQUEST_ID", "0a1b-Z")).requestID == "0a1b-Z")
        #expect(try head(("REQUEST_ID", "a b")).requestID == nil)
        #expect(try head(("REQUEST_ID", String(repeating: "a", count: 65))).requestID == nil)
        #expect(try head(("HTTP_X_REQUEST_ID", "forged")).requestID == nil)
    }
}
