import Core
import Foundation
import Testing
import UpstreamTestSupport

@testable import Relay

@Suite(.timeLimit(.minutes(5)))
struct WebhookTests {
    private func url(_ server: RawServer) -> URL { URL(string: server.baseURL + "/secret?key=hidden")! }

    private func body(of request: String) throws -> [String: Any] {
        let text = request.components(separatedBy: "\r\n\r\n")[1]
        return try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func slackIsToldWhoAndWhichLimitAndHowMuchAndUntilWhen() async throws {
        let server = try RawServer { $0.answer("200 OK", body: "ok") }
        defer { server.stop() }
        try await withChannels { try await $0.send(.example(model: "large"), to: .slack(url(server))) }
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /v1/secret?key=hidden HTTP/1.1\r\n"))
        #expect(request.lowercased().contains("\r\ncontent-type: application/json\r\n"))
        #expect(
            try body(of: request) as NSDictionary == [
                "text": """
                Ada (ada@example.org) is at 85 % of the limit on tokens per day with large: 859 of 1,000 used.
                Nothing is refused yet.
                It counts anew from 22 Nov 2026, 00:00 (Europe/Berlin).

                Acme: https://chat.example.org/admin/alerts
                """
            ] as NSDictionary)
    }

    @Test func aNameCallsNobody() async throws {
        let server = try RawServer { $0.answer("200 OK") }
        defer { server.stop() }
        let notice = AlertNotice.example(holder: "<!channel> & \"co\"\u{8}")
        try await withChannels { try await $0.send(notice, to: .slack(url(server))) }
        let text = try #require(try body(of: server.requests[0])["text"] as? String)
        #expect(text.hasPrefix("&lt;!channel&gt; &amp; \"co\"\u{8} is at") && !text.contains("<"))
    }

    @Test func programsAreToldEverything() async throws {
        let server = try RawServer { $0.answer("204 No Content") }
        defer { server.stop() }
        try await withChannels {
            try await $0.send(.example(action: .throttle, isTest: true), to: .webhook(url(server)))
        }
        var object = try body(of: server.requests[0])
        let text = try #require(object.removeValue(forKey: "text") as? String)
        #expect(text.hasPrefix("This is a test") && text.contains("more slowly"))
        let expected: [String: Any] = [
            "event": "limit.threshold", "id": 7, "test": true, "at": "2026-11-21T12:05:06Z", "organization": "Acme",
            "limit": "limit-1", "scope": "tier", "holder": "Ada (ada@example.org)", "holder_id": "person-1",
            "meter": "tokens", "window": "day", "model": NSNull(), "threshold": 0.805, "action": "throttle",
            "used": 859, "amount": 1000, "resets_at": "2026-11-21T23:00:00Z",
            "dashboard": "https://chat.example.org/admin/alerts",
        ]
        #expect(object as NSDictionary == expected as NSDictionary)
    }

    struct Answer: Sendable {
        let status: String
        var headers = ""
        var body = ""
        let failure: AlertFailure
    }

    @Test(arguments: [
        Answer(status: "404 Not Found", body: "no_service\n", failure: AlertFailure("it answered 404: no_service")),
        Answer(status: "404 Not Found", body: "no /v1/secret here", failure: AlertFailure("it answered 404")),
        Answer(status: "500 Oops", body: String(repeating: "x", count: 5000), failure: AlertFailure("it answered 500")),
        Answer(
            status: "429 Slow", headers: "retry-after: 77\r\n",
            failure: AlertFailure("it answered 429", retryAfterSeconds: 77)),
        Answer(
            status: "302 Found", headers: "location: http://127.0.0.1:1/\r\n", failure: AlertFailure("it answered 302")),
    ])
    func anythingButSuccessIsAFailureThatKeepsTheSecret(_ answer: Answer) async throws {
        let server = try RawServer { $0.answer(answer.status, answer.headers, body: answer.body) }
        defer { server.stop() }
        await #expect(throws: answer.failure) {
            try await withChannels { try await $0.send(.example(), to: .slack(url(server))) }
        }
    }

    @Test func whoeverTakesItAndThenTalksForeverHasTakenIt() async throws {
        let server = try RawServer { connection in
            connection.beginStream()
            while connection.chunk(String(repeating: "x", count: 10_000)) {}
        }
        defer { server.stop() }
        try await withChannels { try await $0.send(.example(), to: .webhook(url(server))) }
    }

    @Test func whoeverDoesNotAnswerIsGivenUp() async throws {
        let server = try RawServer { $0.waitForClose() }
        defer { server.stop() }
        await #expect(throws: AlertFailure("it did not answer in time")) {
            try await withChannels(timeout: .milliseconds(300)) {
                try await $0.send(.example(), to: .webhook(url(server)))
            }
        }
    }

    @Test func nobodyThereIsAFailureThatKeepsTheSecret() async throws {
        let port = try UnusedPort()
        defer { port.release() }
        let target = URL(string: "http://127.0.0.1:\(port.number)/secret")!
        let failure = await #expect(throws: AlertFailure.self) {
            try await withChannels { try await $0.send(.example(), to: .webhook(target)) }
        }
        #expect(failure?.reason.hasPrefix("it could not be reached") == true)
        #expect(failure?.reason.contains("secret") == false)
    }
}
