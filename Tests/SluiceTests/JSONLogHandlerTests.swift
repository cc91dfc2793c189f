import Foundation
import Logging
import Testing

@testable import sluice

struct JSONLogHandlerTests {
    private func line(_ message: Logger.Message, _ metadata: Logger.Metadata) -> String {
        var handler = JSONLogHandler(logLevel: .info, label: "sluice")
        handler[metadataKey: "request_id"] = "abc"
        let event = LogEvent(
            level: .notice, message: message, metadata: metadata, source: nil, file: "", function: "", line: 1)
        let moment = Date(timeIntervalSince1970: 1_767_787_200.25)
        return String(decoding: handler.line(of: event, at: moment, by: 42), as: UTF8.self)
    }

    @Test func aLineHasEverythingInTheOrderOfItsNames() {
        #expect(
            line("Answered a request", ["route": "/v1/chat/completions", "hits": "3"]) == """
                {"fields":{"hits":"3","request_id":"abc","route":"/v1/chat/completions"},"level":"notice",\
                "logger":"sluice","message":"Answered a request","pid":42,"time":"2026-01-07T12:00:00.250Z"}

                """)
    }

    @Test func textFromOutsideForgesNoLineAndNoMember() throws {
        let forged = "a\"},\n{\"level\":\"critical\u{0}\u{1b}[2J\u{2028}"
        let written = line("\(forged)", ["address": "\(forged)"])
        #expect(written.utf8.filter { $0 < 0x20 } == [0x0A] && written.hasSuffix("\n"))
        let read = try #require(try JSONSerialization.jsonObject(with: Data(written.utf8)) as? [String: Any])
        #expect(read["message"] as? String == forged && read["level"] as? String == "notice")
        #expect((read["fields"] as? [String: String])?["address"] == forged)
    }
}
