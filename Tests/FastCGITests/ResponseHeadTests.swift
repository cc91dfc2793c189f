import HTTPTypes
import Testing

@testable import FastCGI

@Suite("A response head becomes a CGI head")
struct ResponseHeadTests {
    @Test func statusComesFirstAndFieldsKeepTheirOrder() throws {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .setCookie, value: "a=1"))
        fields.append(HTTPField(name: .setCookie, value: "b=2"))
        let head = try ResponseHead(HTTPResponse(status: .notFound, headerFields: fields))
        #expect(head.text == "Status: 404 Not Found\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n")
    }

    @Test(arguments: ["Status", "status", "Connection", "Transfer-Encoding", "Upgrade"])
    func fieldsThatNginxOwnsAreDropped(name: String) throws {
        let fields: HTTPFields = [try #require(HTTPField.Name(name)): "500"]
        #expect(try ResponseHead(HTTPResponse(status: .ok, headerFields: fields)).text == "Status: 200 OK\r\n\r\n")
    }

    @Test(arguments: ["a\r\nSet-Cookie: evil=1", "a\nb", "a\u{0}b"])
    func lineBreaksNeverReachTheHead(value: String) throws {
        let fields: HTTPFields = [.location: value]
        let text = try ResponseHead(HTTPResponse(status: .ok, headerFields: fields)).text
        #expect(text.utf8.filter { $0 == 10 || $0 == 13 || $0 == 0 } == [13, 10, 13, 10, 13, 10])
    }

    @Test func otherControlCharactersAreRefused() {
        let field = HTTPField(name: .location, lenientValue: [0x61, 0x01])
        #expect(throws: UnsafeField.self) {
            try ResponseHead(HTTPResponse(status: .ok, headerFields: HTTPFields([field])))
        }
    }
}
