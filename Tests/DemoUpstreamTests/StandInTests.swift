import Core
import Foundation
import HTTPTypes
import HummingbirdTesting
import Relay
import Testing

@testable import DemoUpstream

@Suite(.timeLimit(.minutes(5)))
struct StandInTests {
    @Test(arguments: ["demo-small", "demo-large", "demo-thinker"])
    func reportsWhatItSentAndKeepsTheSameBooks(model: String) async throws {
        try await withStandIn { client in
            let call = client.call(model, cap: 2_000)
            // While the connection is there: the row ends a moment after the reply.
            let (reply, row) = try await withUpstream { upstream in
                try await (Relayed(call, upstream), client.endedRow("\(call.requestID)"))
            }
            let usage = try #require(reply.usages.first)
            #expect(reply.finish == .stop && reply.usages.count == 1)
            #expect(usage.completionTokens == reply.pieces)
            #expect(usage.promptTokens == 3 + 4 + 6)
            #expect((usage.reasoningTokens > 0) == (model == "demo-thinker"))
            #expect(row.state == "finished" && row.completion == reply.pieces && row.prompt == 13)
        }
    }

    @Test(arguments: ["demo-large", "demo-thinker"])
    func staysUnderTheCapAndSaysSo(model: String) async throws {
        try await withStandIn { client in
            for cap: Int64 in [1, 2, 50] {
                let reply = try await withUpstream { try await Relayed(client.call(model, cap: cap), $0) }
                #expect(reply.finish == .length && reply.pieces == cap)
            }
        }
    }

    @Test func answersTheSameQuestionAlikeAndAnotherOtherwise() async throws {
        try await withStandIn { client in
            try await withUpstream { upstream in
                let one = try await Relayed(client.call("demo-small", "How do gates open?"), upstream)
                let same = try await Relayed(client.call("demo-small", "How do gates open?"), upstream)
                let other = try await Relayed(client.call("demo-small", "How do gates close?"), upstream)
                #expect(one.text == same.text && one.text != other.text)
                #expect(one.text.contains("How do gates open"))
            }
        }
    }

    @Test func writesEveryKindOfMarkdown() {
        var prose = Prose(question: "Everything")
        let text = prose.text(atLeast: 3_000, by: Ruler())
        for mark in ["\n## ", "\n- ", "\n1. ", "\n|---", "\n```swift\n", "\n> ", "**", "日本語", "العربية", "](https://"] {
            #expect(text.contains(mark), "\(mark)")
        }
        #expect(!text.contains("{topic}"))
    }

    @Test func aQuestionCannotPutMarkupIntoTheReply() {
        var prose = Prose(question: "<script>alert(1)</script> [x](javascript:y) `z`")
        let text = prose.text(atLeast: 500, by: Ruler())
        #expect(!text.contains("<script") && !text.contains("javascript:"))
    }

    @Test func answersInOnePieceToo() async throws {
        try await withStandIn { client in
            let body = #"{"model":"demo-small","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}"#
            let answer = try await client.post("/v1/chat/completions", body, [.requestID: "one-piece"])
            struct Whole: Decodable {
                struct Choice: Decodable { var message: Message }
                struct Message: Decodable { var content: String }
                struct Usage: Decodable { var completion_tokens: Int }
                var choices: [Choice]
                var usage: Usage
            }
            let whole = try JSONDecoder().decode(Whole.self, from: Data(answer.body.utf8))
            #expect(whole.usage.completion_tokens >= 60)
            #expect(whole.choices[0].message.content.contains("**stand-in**"))
        }
    }

    @Test func takesTheTimeThatTheSpeedSays() async throws {
        try await withStandIn { client in
            let body =
                #"{"model":"demo-large","stream":true,"max_tokens":21,"messages":[{"role":"user","content":"Hi"}]}"#
            let duration = try await ContinuousClock().measure {
                let answer = try await client.post("/v1/chat/completions", body, [.demoSpeed: "100"])
                #expect(answer.body.hasSuffix("data: [DONE]\n\n"))
                #expect(!answer.body.contains("\"usage\""), "nobody asked for it")
            }
            #expect(duration > .milliseconds(200), "the 21st token is due after 20 hundredths")
        }
    }

    @Test func noticesThatTheReaderLeft() async throws {
        var unhurried = hurried
        unhurried.tokensPerSecond = 200
        try await withStandIn(unhurried) { client in
            let call = client.call("demo-fault-endless", cap: 50_000)
            let received = try await withUpstream { upstream in
                var received: Int64 = 0
                for try await event in try await upstream.open(call).events {
                    if case .text = event { received += 1 }
                    if received == 10 { break }
                }
                return received
            }
            let row = try await client.endedRow("\(call.requestID)")
            #expect(row.state == "left" && row.completion >= received && row.completion < 50_000)
        }
    }

    @Test func embedsTextAndTokens() async throws {
        try await withStandIn { client in
            let texts = try await client.post(
                "/v1/embeddings", #"{"model":"demo-embedding","input":["a b","a b"],"dimensions":2}"#)
            #expect(texts.status == 200 && texts.body.contains(#""prompt_tokens":4"#))
            let coded = try await client.post(
                "/v1/embeddings",
                #"{"model":"demo-embedding","input":[1,2,3],"dimensions":2,"encoding_format":"base64"}"#)
            #expect(coded.body.contains(#""prompt_tokens":3"#) && coded.body.contains(#""embedding":""#))
        }
    }

    @Test func listsItsModelsAndTheFaultsWhenAsked() async throws {
        try await withStandIn { client in
            let names = try await withUpstream { try await $0.modelNames(at: client.call("").endpoint) }
            #expect(names == DemoModel.names)
        }
        var listing = hurried
        listing.listsFaults = true
        try await withStandIn(listing) { client in
            let names = try await withUpstream { try await $0.modelNames(at: client.call("").endpoint) }
            #expect(names.contains("demo-fault-hang") && names.count == DemoModel.names.count + Script.listed.count)
        }
    }

    @Test func wantsTheKeyWhereThereIsOne() async throws {
        var locked = hurried
        locked.apiKey = "sk-demo"
        try await withStandIn(locked) { client in
            var endpoint = client.call("").endpoint
            await #expect(throws: UpstreamFailure.self) {
                try await withUpstream { try await $0.modelNames(at: endpoint) }
            }
            endpoint.apiKey = "sk-demo"
            let names = try await withUpstream { try await $0.modelNames(at: endpoint) }
            #expect(names == DemoModel.names)
        }
    }

    @Test(arguments: [
        ("", 400), ("{}", 400), (#"{"model":"demo-small","messages":[]}"#, 400),
        (#"{"model":"demo-small","messages":[{"role":"user","content":"x"}],"max_tokens":0}"#, 400),
        (#"{"model":"gpt-4","messages":[{"role":"user","content":"x"}]}"#, 404),
        (#"{"model":"demo-fault-nonsense","messages":[{"role":"user","content":"x"}]}"#, 404),
    ])
    func refusesAsOpenAIDoes(body: String, status: Int) async throws {
        try await withStandIn { client in
            let answer = try await client.post("/v1/chat/completions", body)
            #expect(answer.status == status && answer.body.contains(#""type":"invalid_request_error""#))
        }
    }

    @Test func forgetsWhenTold() async throws {
        try await withStandIn { client in
            let call = client.call("demo-small")
            _ = try await withUpstream { try await Relayed(call, $0) }
            #expect(try await client.journal(of: call) != nil)
            _ = try await client.execute(uri: "/demo/requests", method: .delete)
            #expect(try await client.journal(of: call) == nil)
        }
    }
}
