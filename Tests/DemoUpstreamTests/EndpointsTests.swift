import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import DemoUpstream

/// What each endpoint says, byte by byte where it matters to a relay. `Tests/EndToEnd/test_stand_in.py` reads the same
/// with OpenAI's own client.
@Suite(.timeLimit(.minutes(5)))
struct EndpointsTests {
    private static let streams = [
        ("/v1/chat/completions", #""messages":[{"role":"user","content":"Hi"}],"max_tokens":20"#),
        ("/v1/completions", #""prompt":"Hi","max_tokens":20"#),
        ("/v1/responses", #""input":"Hi","max_output_tokens":20"#),
    ]

    @Test(arguments: streams)
    func saysTheSameInAStreamAndInOnePiece(path: String, request: String) async throws {
        try await withStandIn { client in
            let body = #"{"model":"demo-large",\#(request)"#
            let whole = try await client.post(path, body + "}")
            let stream = try await client.post(
                path, body + #","stream":true,"stream_options":{"include_usage":true}}"#, [.requestID: "one"])
            #expect(whole.status == 200 && stream.status == 200)
            let text = try texts(whole.body)
            #expect(try events(stream.body).flatMap(deltas).joined() == text)
            #expect(Pieces.count(text) == 20)
            let row = try await client.endedRow("one")
            #expect(row.completion == 20 && row.endpoint == path && row.isStream)
        }
    }

    @Test func choicesTakeTurnsAndEachEndsWhenItEnds() async throws {
        try await withStandIn { client in
            let body = #"{"model":"demo-small","n":2,"stream":true,"messages":[{"role":"user","content":"Hi"}]}"#
            let choices = try events(try await client.post("/v1/chat/completions", body).body).compactMap {
                $0["choices"]?.array?.first
            }
            #expect(choices.prefix(6).map { $0["index"] } == [0, 1, 0, 1, 0, 1])
            let ends = choices.indices.filter { choices[$0]["finish_reason"] != .null }
            #expect(ends.count == 2 && ends[1] == choices.count - 1 && ends[0] < ends[1] - 1)
        }
    }

    @Test func aStopCutsTheTextAndTheCount() async throws {
        try await withStandIn { client in
            let messages = #""messages":[{"role":"user","content":"Hi"}]"#
            let whole = try texts(
                try await client.post("/v1/chat/completions", #"{"model":"demo-small",\#(messages)}"#).body)
            let cut = try await client.post(
                "/v1/chat/completions", #"{"model":"demo-small",\#(messages),"stop":["**","never"]}"#,
                [.requestID: "cut"])
            let text = String(whole[..<(try #require(whole.firstRange(of: "**")).lowerBound)])
            #expect(try texts(cut.body) == text && cut.body.contains(#""finish_reason":"stop""#))
            #expect(try await client.endedRow("cut").completion == Int64(Pieces.count(text)))
        }
    }

    @Test func aCallIsJSONForItsSchemaAndEveryTokenOfItCounts() async throws {
        try await withStandIn { client in
            let tools =
                #"[{"type":"function","function":{"name":"open_gate","parameters":{"properties":{"n":{"const":3}}}}}]"#
            let body = #"{"model":"demo-small","messages":[{"role":"user","content":"open_gate"}],"tools":\#(tools)}"#
            let answer = try await client.post("/v1/chat/completions", body, [.requestID: "call"])
            #expect(answer.body.contains(#""function":{"name":"open_gate","arguments":"{\"n\":3}"}"#))
            #expect(answer.body.contains(#""finish_reason":"tool_calls""#))
            let tokens = Pieces.count("open_gate") + Pieces.count(#"{"n":3}"#)
            #expect(try await client.endedRow("call").completion == Int64(tokens))
        }
    }

    @Test func showsABodyAsItArrived() async throws {
        try await withStandIn { client in
            let body = "{\"model\":\"demo-small\" ,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"new\":1.50}\n"
            _ = try await client.post("/v1/chat/completions", body, [.requestID: "shown"])
            let shown = try await client.execute(uri: "/demo/body?id=shown", method: .get)
            #expect(String(buffer: shown.body) == body)
            #expect(try await client.execute(uri: "/demo/body?id=never", method: .get).status == .notFound)
        }
    }

    @Test(arguments: [
        ("/v1/completions", #"{"model":"demo-small","prompt":[]}"#),
        ("/v1/completions", #"{"model":"demo-small","prompt":"x","max_tokens":-1}"#),
        ("/v1/completions", #"{"model":"demo-small","prompt":"x","n":3,"best_of":2}"#),
        ("/v1/completions", #"{"model":"demo-small","prompt":"x","best_of":2,"stream":true}"#),
        ("/v1/responses", #"{"model":"demo-small","input":"x","max_output_tokens":15}"#),
        ("/v1/responses", #"{"model":"demo-small","input":[]}"#),
        ("/v1/responses", #"{"model":"demo-small","input":"x","tools":[{"type":"web_search"}]}"#),
        ("/v1/responses", #"{"model":"demo-small","input":"x","previous_response_id":"resp_1"}"#),
        ("/v1/embeddings", #"{"model":"demo-embedding","input":""}"#),
        ("/v1/embeddings", #"{"model":"demo-embedding","input":"x","encoding_format":"hex"}"#),
        (
            "/v1/chat/completions",
            #"{"model":"demo-small","messages":[{"role":"user","content":[{"type":"input_audio"}]}]}"#
        ),
        ("/v1/chat/completions", #"{"model":"demo-small","messages":[{"role":"user","content":"x"}],"n":129}"#),
    ])
    func refusesAsOpenAIDoes(path: String, body: String) async throws {
        try await withStandIn { client in
            let answer = try await client.post(path, body)
            #expect(answer.status == 400 && answer.body.contains(#""type":"invalid_request_error""#))
        }
    }
}

private func json(_ text: some StringProtocol) throws -> JSON {
    try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
}

/// The JSON of a stream's events.
private func events(_ stream: String) throws -> [JSON] {
    try stream.split(separator: "\n").compactMap { line in
        line.hasPrefix("data: {") ? try json(line.dropFirst(6)) : nil
    }
}

/// The pieces of text in an event, of whichever endpoint.
private func deltas(_ event: JSON) -> [String] {
    let choices = event["choices"]?.array ?? []
    return choices.compactMap { ($0["delta"]?["content"] ?? $0["text"])?.string } + [event["delta"]?.string ?? ""]
}

/// The text of a reply in one piece, of whichever endpoint.
private func texts(_ reply: String) throws -> String {
    let reply = try json(reply)
    let choices = reply["choices"]?.array?.compactMap { ($0["message"]?["content"] ?? $0["text"])?.string } ?? []
    let parts = reply["output"]?.array?.flatMap { $0["content"]?.array ?? [] }.compactMap { $0["text"]?.string } ?? []
    return (choices + parts).joined()
}
