import Core
import StrictJSON
import Testing

@testable import Relay

/// What goes upstream for an API client: its own bytes, and behind them what is the gate's to say.
struct UpstreamRequestTests {
    private static let written =
        "\"messages\" : [ {\"role\":\"user\",\"content\":\"\\u00e9\\/ 1.50\"} ],\"temperature\":0.70 , \"x\":1E2"

    @Test func theClientsMembersGoAsTheyWereWritten() throws {
        let request = ask(members: Self.written)
        #expect(
            try body(request) == "{\(Self.written),\"model\":\"m\",\"max_tokens\":12,\"stream\":true,"
                + "\"stream_options\":{\"include_usage\":true}}")
    }

    @Test func withoutAnyMemberTheBodyIsTheGates() throws {
        #expect(try root(ask(members: "")).members.map(\.name) == ["model", "max_tokens", "stream", "stream_options"])
    }

    @Test(arguments: [
        (APIInterface.chatCompletions, ReplyCapField.maxTokens, "max_tokens"),
        (.chatCompletions, .maxCompletionTokens, "max_completion_tokens"),
        (.completions, .maxTokens, "max_tokens"), (.completions, .maxCompletionTokens, "max_tokens"),
        (.responses, .maxTokens, "max_output_tokens"), (.responses, .maxCompletionTokens, "max_output_tokens"),
    ])
    func theCapHasTheNameThatTheInterfaceKnows(interface: APIInterface, field: ReplyCapField, name: String) throws {
        let root = try root(ask(interface, members: "\"input\":\"Hi\""), field)
        #expect(root[name]?.integer == 12)
        let caps = ["max_tokens", "max_completion_tokens", "max_output_tokens"]
        #expect(root.members.map(\.name).filter(caps.contains) == [name])
        #expect(root["stream"]?.boolean == true)
    }

    @Test(arguments: [APIRequest.Answer.document, .stream(withUsage: false), .stream(withUsage: true)])
    func usageIsAlwaysAskedForOnce(answer: APIRequest.Answer) throws {
        let plain = try root(ask(answer: answer))
        #expect(plain["stream_options"]?.text == #"{"include_usage":true}"#)
        let merged = try root(ask(answer: answer, streamOptions: #""include_obfuscation" : false,"x":[1]"#))
        #expect(merged["stream_options"]?.text == #"{"include_obfuscation" : false,"x":[1],"include_usage":true}"#)
    }

    /// A response always tells its usage, and refuses to be asked for it.
    @Test func aResponseIsOnlyGivenTheClientsStreamOptions() throws {
        #expect(try root(ask(.responses))["stream_options"] == nil)
        let root = try root(ask(.responses, streamOptions: #""include_obfuscation":false"#))
        #expect(root["stream_options"]?.text == #"{"include_obfuscation":false}"#)
    }

    @Test func embeddingsAreNeitherCappedNorStreamed() throws {
        let request = ask(.embeddings, members: #""input":["a","b"],"encoding_format":"base64""#)
        #expect(try body(request) == #"{"input":["a","b"],"encoding_format":"base64","model":"m"}"#)
    }

    /// Go's reader takes `MODEL` for `model`, and the last of them counts.
    @Test func whatACarelessReaderTakesForTheGatesMembersStandsBeforeThem() throws {
        let members = #""Model":"dear","MAX_TOKENS":9999,"Stream":false,"Stream_Options":{}"#
        let names = try root(ask(members: members)).members.map(\.name)
        #expect(
            names.map { $0.lowercased() }
                == Array(repeating: ["model", "max_tokens", "stream", "stream_options"], count: 2).flatMap(\.self))
        #expect(names.suffix(4) == ["model", "max_tokens", "stream", "stream_options"])
    }

    @Test func aNameThatIsOddInJSONIsEscaped() throws {
        var call = call("http://127.0.0.1:1/v1", ask())
        call.model = "org/\"m\\\n"
        let root = try JSONDocument(UpstreamRequest(call).body).root
        #expect(root["model"]?.string == "org/\"m\\\n")
    }

    @Test(arguments: [
        (APIInterface.chatCompletions, "/chat/completions"), (.completions, "/completions"),
        (.embeddings, "/embeddings"), (.responses, "/responses"),
    ])
    func eachInterfaceHasItsPath(interface: APIInterface, path: String) throws {
        #expect(try UpstreamRequest(call("http://127.0.0.1:1/v1", ask(interface))).path == path)
    }

    @Test func aConversationOfTheChatPageIsAskedTheSameWay() throws {
        let root = try JSONDocument(UpstreamRequest(call("http://127.0.0.1:1/v1")).body).root
        let messages = try #require(root["messages"]?.elements.map { ($0["role"]?.string, $0["content"]?.string) })
        #expect(messages.count == 1 && messages[0] == ("user", "Hi/there \"you\""))
        #expect(root["max_completion_tokens"]?.integer == 12 && root["model"]?.string == "m")
    }

    private func body(_ request: APIRequest) throws -> String {
        String(decoding: try UpstreamRequest(call("http://127.0.0.1:1/v1", request)).body, as: UTF8.self)
    }

    /// Read strictly: no member may stand twice.
    private func root(_ request: APIRequest, _ field: ReplyCapField = .maxTokens) throws -> JSONNode {
        try JSONDocument(UpstreamRequest(call("http://127.0.0.1:1/v1", request, capField: field)).body).root
    }
}

extension JSONNode {
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
