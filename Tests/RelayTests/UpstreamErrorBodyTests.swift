import Testing

@testable import Relay

struct UpstreamErrorBodyTests {
    @Test(arguments: [
        (#"{"error":{"message":"Quota gone","type":"insufficient_quota","param":null,"code":null}}"#, "Quota gone"),
        (#"{"error":"model not found"}"#, "model not found"),
        (#"{"object":"error","message":"Too long","code":400}"#, "Too long"),
        (#"{"detail":"Not authenticated"}"#, "Not authenticated"),
        (#"{"something":"else"}"#, ""),
        ("<html><h1>502 Bad Gateway</h1></html>", ""),
        ("", ""),
    ])
    func findsTheMessage(body: String, message: String) {
        #expect(UpstreamErrorBody.message(in: Array(body.utf8), contentType: "application/json") == message)
    }

    @Test func plainTextIsTheMessage() {
        #expect(
            UpstreamErrorBody.message(in: Array("no such model".utf8), contentType: "text/plain") == "no such model")
    }

    @Test func aMessageIsOneShortPrintableLine() {
        #expect("a\u{1B}[31m\r\n\tb \u{202E}c\u{0}".presentable(hiding: nil) == "a [31m b c")
        #expect(String(repeating: "é", count: 600).presentable(hiding: nil).count == 500)
    }

    @Test func aMessageNeverRepeatsTheKey() {
        #expect("Incorrect key: sk-1234.".presentable(hiding: "sk-1234") == "Incorrect key: [key].")
        #expect("Incorrect key: sk-1234\u{301}".presentable(hiding: "sk-1234") == "Incorrect key: [key]\u{301}")
    }
}
