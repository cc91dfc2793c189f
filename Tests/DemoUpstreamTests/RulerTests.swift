import Core
import Foundation
import HTTPTypes
import HummingbirdTesting
import Relay
import Testing
import Tokenizer

@testable import DemoUpstream

/// The stand-in with tables: by those that `make vocabulary` built.
@Suite(.timeLimit(.minutes(5)))
struct RulerTests {
    static let tables: TokenCounters = {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let directory = ProcessInfo.processInfo.environment["SLUICE_TABLES"] ?? root.path + "/var/vocabulary"
        do {
            return try TokenCounters(directory: directory)
        } catch {
            preconditionFailure("\(error)\nThe tests need the token tables: make vocabulary")
        }
    }()
    let ruler = Ruler(tables)
    let counter = tables[.o200kBase]

    private var ruled: StandIn.Settings {
        var settings = hurried
        settings.ruler = ruler
        return settings
    }

    // MARK: Text

    @Test(arguments: [
        "", " ", "Hello, world!", "hectares of  blanks   here ", "one\n\n\n- two\n/three\n    four\n",
        "it's 12345 o'clock", "水門は、開く。もう一度", "👩‍🌾🏳️‍🌈 é\u{301} 𒀀𒀁", "| 4 %\n|---|\r\n", "بوابة الماء",
    ])
    func cutsIntoAsManyTokensAsItCounts(_ text: String) {
        let tokens = ruler.split(text)
        #expect(tokens.joined() == text)
        #expect(tokens.count == counter.count(text) && ruler.count(text) == tokens.count)
    }

    @Test func whatIsSentOfAReplyCountsAsManyTokensWhereverItIsCut() throws {
        let phrases = Phrases.foreign + Phrases.code + Phrases.sentences + Phrases.points
        let tokens = ruler.split(phrases.joined(separator: "\n\n"))
        var sent = ""
        for (index, token) in tokens.enumerated() {
            sent += token
            if !token.isEmpty { try #require(counter.count(sent) == index + 1, "\(sent.suffix(40))") }
        }
        #expect(tokens.contains(""), "a character that takes several tokens")
    }

    // MARK: Replies

    @Test(arguments: ["demo-small", "demo-large", "demo-thinker"], [30 as Int64, 4_000])
    func reportsWhatAnybodyWouldCount(model: String, cap: Int64) async throws {
        try await withStandIn(ruled) { client in
            let call = client.call(model, "How deep is the water above the sluice?", cap: cap)
            let reply = try await withUpstream { try await Relayed(call, $0) }
            let usage = try #require(reply.usages.first)
            #expect(Int(usage.completionTokens) == counter.count(reply.text) + counter.count(reply.reasoning))
            #expect(usage.completionTokens == cap || usage.completionTokens < cap && cap > 1_000)
            #expect(usage.promptTokens == 3 + 3 + 1 + 10)
            #expect(try await client.journal(of: call)?.completion == usage.completionTokens)
        }
    }

    private static let endpoints = [
        ("/v1/chat/completions", #""messages":[{"role":"user","content":"𒀀𒀁𒀂𒀃𒀄𒀅𒀆𒀇𒀈𒀉"}],"max_tokens":CAP"#),
        ("/v1/completions", #""prompt":"𒀀𒀁𒀂𒀃𒀄𒀅𒀆𒀇𒀈𒀉","max_tokens":CAP"#),
        ("/v1/responses", #""input":"𒀀𒀁𒀂𒀃𒀄𒀅𒀆𒀇𒀈𒀉","max_output_tokens":CAP"#),
    ]

    /// Some of the caps are inside a character.
    @Test(arguments: endpoints)
    func aCapHoldsToTheTokenInAStreamAndInOnePiece(path: String, request: String) async throws {
        try await withStandIn(ruled) { client in
            for cap in 16...48 {
                let request = request.replacing("CAP", with: String(cap))
                for stream in [true, false] {
                    let body = #"{"model":"demo-large","stream":\#(stream),\#(request)}"#
                    _ = try await client.post(path, body, [.requestID: "\(stream)-\(cap)"])
                    let row = try await client.endedRow("\(stream)-\(cap)")
                    #expect(row.completion == Int64(cap))
                }
            }
        }
    }

    @Test func aStopAndACallAreCountedAsTheyAreSent() async throws {
        try await withStandIn(ruled) { client in
            let chat = #"{"model":"demo-small","messages":[{"role":"user","content":"open_gate"}],"#
            let stopped = try await client.post(
                "/v1/chat/completions", chat + #""stop":"stand-in"}"#, [.requestID: "stop"])
            let text = try #require(stopped.body.firstMatch(of: /"content":"([^"]+)"/)?.1)
            #expect(try await client.endedRow("stop").completion == Int64(counter.count(String(text))))
            let tools =
                #"[{"type":"function","function":{"name":"open_gate","parameters":{"properties":{"n":{"const":3}}}}}]"#
            _ = try await client.post("/v1/chat/completions", chat + #""tools":\#(tools)}"#, [.requestID: "call"])
            let called = counter.count("open_gate") + counter.count(#"{"n":3}"#)
            #expect(try await client.endedRow("call").completion == Int64(called))
        }
    }

    // MARK: Prompts

    /// As OpenAI's cookbook counts it, "How to count tokens with tiktoken", section 7.
    @Test func toolsAreCountedAsThoseOfGPT4o() throws {
        let parameters = try JSONDecoder().decode(
            JSON.self,
            from: Data(
                #"""
                {"type":"object","required":["location"],"properties":{
                 "location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"},
                 "unit":{"type":"string","description":"The unit of temperature to return","enum":["celsius","fahrenheit"]}}}
                """#.utf8))
        let weather = Function(
            name: "get_current_weather", description: "Get the current weather in a given location",
            parameters: parameters)
        let messages = [
            Message(
                role: "system", content: "You are a helpful assistant that can answer to questions about the weather."),
            Message(role: "user", content: "What's the weather like in San Francisco?"),
        ]
        #expect(ruler.count(messages, Functions(list: [weather]), .prose) == 101)
    }

    @Test(arguments: [
        (#"{"type":"image_url","image_url":{"url":"PNG","detail":"high"}}"#, 85 + 170),
        (#"{"type":"image_url","image_url":{"url":"PNG","detail":"low"}}"#, 85),
        (#"{"type":"image_url","image_url":{"url":"https://example.org/gate.png"}}"#, 85 + 8 * 170),
    ])
    func anImageHasThePriceOfGPT4o(image: String, price: Int64) async throws {
        try await withStandIn(ruled) { client in
            let header: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
            let png = "data:image/png;base64," + Data(header + [0, 0, 2, 0, 0, 0, 2, 0, 8]).base64EncodedString()
            let part = image.replacing("PNG", with: png)
            let body =
                #"{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"Hi"},\#(part)]}]}"#
            _ = try await client.post("/v1/chat/completions", body, [.requestID: "image"])
            let row = try await client.endedRow("image")
            #expect(row.prompt == 3 + 3 + 1 + 1 + price)
        }
    }

    @Test func textsToEmbedAndToGoOnFromHaveNothingAround() async throws {
        try await withStandIn(ruled) { client in
            let text = "How deep is the water above the sluice?"
            _ = try await client.post(
                "/v1/embeddings", #"{"model":"demo-embedding","input":["\#(text)","\#(text)"]}"#, [.requestID: "vector"]
            )
            _ = try await client.post(
                "/v1/completions", #"{"model":"demo-small","prompt":"\#(text)"}"#, [.requestID: "legacy"])
            #expect(try await client.endedRow("vector").prompt == 20)
            #expect(try await client.endedRow("legacy").prompt == 10)
        }
    }
}
