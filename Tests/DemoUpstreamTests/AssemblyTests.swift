import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Relay
import Testing

@testable import DemoUpstream

/// The relay streams from the upstream whatever its client wants. What it gathers from the stream is the document that
/// the same upstream gives who does not stream.
@Suite(.timeLimit(.minutes(5)))
struct AssemblyTests {
    private static let messages = #""messages":[{"role":"user","content":"Why is the sky blue?"}]"#
    private static let tools =
        #""tools":["#
        + ["weather", "population"].map {
            #"{"type":"function","function":{"name":"\#($0)","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}"#
        }.joined(separator: ",") + #"],"tool_choice":"required""#

    @Test(arguments: [
        (APIInterface.chatCompletions, "demo-small", messages), (.chatCompletions, "demo-thinker", messages),
        (.chatCompletions, "demo-small", messages + #","n":3"#),
        (.chatCompletions, "demo-small", messages + #","logprobs":true,"top_logprobs":2,"n":2"#),
        (.chatCompletions, "demo-small", messages + "," + tools),
        (.chatCompletions, "demo-small", messages + #","response_format":{"type":"json_object"}"#),
        (.completions, "demo-small", #""prompt":["One","Two"],"n":2"#),
        (.completions, "demo-small", #""prompt":"Once upon","logprobs":2"#),
        (.responses, "demo-small", #""input":"Why is the sky blue?""#),
        (.responses, "demo-thinker", #""input":"Why is the sky blue?""#),
    ])
    func whatIsGatheredIsWhatIsGivenUnstreamed(interface: APIInterface, model: String, members: String) async throws {
        try await withStandIn { client in
            let replies = Int64(members.contains("\"n\":3") ? 3 : members.contains("\"n\":2") ? 2 : 1)
            let request = APIRequest(
                members: Array(members.utf8), interface: interface, prompt: .texts(.init()),
                replies: replies * (members.contains("One") ? 2 : 1))
            var call = client.call(model, cap: 60)
            call.body = .api(request)
            let gathered = try await withUpstream { try await document(of: call, from: $0) }

            let cap = interface == .responses ? "max_output_tokens" : "max_tokens"
            let direct = try await client.post(
                "/v1/\(interface.rawValue)", "{\(members),\"model\":\"\(model)\",\"\(cap)\":60}",
                [.requestID: call.requestID.rawValue])
            #expect(direct.status == 200)
            #expect(
                try comparable(gathered) == comparable(Data(direct.body.utf8)),
                "\(String(decoding: gathered, as: UTF8.self))\n\(direct.body)")
        }
    }

    private func document(of call: UpstreamCall, from upstream: OpenAIUpstream) async throws -> Data {
        var documents: [Data] = []
        for try await event in try await upstream.open(call).events {
            if case .document(let bytes) = event { documents.append(Data(bytes)) }
        }
        #expect(documents.count == 1)
        return try #require(documents.first)
    }

    private func comparable(_ json: Data) throws -> NSDictionary {
        try #require(JSONSerialization.jsonObject(with: json) as? [String: Any]) as NSDictionary
    }
}
