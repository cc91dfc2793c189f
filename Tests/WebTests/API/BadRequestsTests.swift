import Core
import GateTestSupport
import HTTPTypes
import Store
import Testing

@testable import Web

/// What is wrong with a program's request is said as OpenAI says it, and costs nothing.
struct BadRequestsTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let path: String
        let body: String
        let status: Int
        let code: String
        var param: String?

        var testDescription: String { "\(path) \(body.prefix(60)) → \(status) \(code)" }

        init(
            _ body: String, _ code: String, _ param: String? = nil, to path: String = "chat/completions",
            _ status: Int = 400
        ) {
            self.path = path
            self.body = body
            self.status = status
            self.code = code
            self.param = param
        }
    }

    private static func ask(_ members: String, messages: String = #"[{"role":"user","content":"Hi"}]"#) -> String {
        #"{"model":"small","messages":\#(messages)\#(members.isEmpty ? "" : "," + members)}"#
    }

    private static func say(_ message: String) -> String { ask("", messages: "[\(message)]") }

    static let cases: [Case] = [
        // No JSON, or JSON that two readers understand differently.
        Case("", "invalid_json"), Case("{", "invalid_json"), Case(#"{"model":"small",}"#, "invalid_json"),
        Case("nonsense", "invalid_json"), Case("{} {}", "invalid_json"), Case("[]", "invalid_type"),
        Case("\"small\"", "invalid_type"), Case("null", "invalid_type"),
        Case(ask(#""x":"# + String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)), "invalid_json"),
        Case(ask(#""max_tokens":1,"max_tokens":100000"#), "invalid_json"),
        Case(ask(#""max_tokens":1,"max\u005ftokens":100000"#), "invalid_json"),
        Case(say(#"{"role":"user","content":"a","content":"b"}"#), "invalid_json"),
        Case(say(#"{"role":"user","content":"\ud83d"}"#), "invalid_json"),
        Case(say(#"{"role":"user","content":"\udc00\ud83d"}"#), "invalid_json"),
        Case(ask(#""n":01"#), "invalid_json"), Case(ask(#""temperature":NaN"#), "invalid_json"),
        // Missing members and wrong types.
        Case("{}", "invalid_value", "messages"),
        Case(#"{"messages":[{"role":"user","content":"a"}]}"#, "invalid_value", "model"),
        Case(#"{"model":7,"messages":[{"role":"user","content":"a"}]}"#, "invalid_type", "model"),
        Case(ask("", messages: "[]"), "invalid_value", "messages"),
        Case(ask("", messages: "{}"), "invalid_type", "messages"),
        Case(say("7"), "invalid_type", "messages[0]"), Case(say("{}"), "invalid_value", "messages[0].role"),
        Case(say(#"{"role":"user","content":7}"#), "invalid_value", "messages[0].content"),
        Case(say(#"{"role":"user","content":[{"type":"text"}]}"#), "invalid_value", "messages[0].content[0].text"),
        Case(ask(#""stream":"yes""#), "invalid_type", "stream"),
        Case(ask(#""stream_options":{"include_usage":true}"#), "invalid_value", "stream_options"),
        Case(ask(#""tools":{}"#), "invalid_type", "tools"),
        Case(ask(#""tools":[{"type":"function"}]"#), "invalid_value", "tools[0].function"),
        // Numbers.
        Case(ask(#""max_tokens":0"#), "invalid_value", "max_tokens"),
        Case(ask(#""max_tokens":-1"#), "invalid_value", "max_tokens"),
        Case(ask(#""max_tokens":9223372036854775808"#), "invalid_value", "max_tokens"),
        Case(ask(#""max_tokens":1.5"#), "invalid_value", "max_tokens"),
        Case(ask(#""max_tokens":"9""#), "invalid_type", "max_tokens"),
        Case(ask(#""max_completion_tokens":0"#), "invalid_value", "max_completion_tokens"),
        Case(ask(#""n":0"#), "invalid_value", "n"), Case(ask(#""n":129"#), "invalid_value", "n"),
        Case(ask(#""n":2,"max_tokens":9223372036854775807"#), "invalid_value", "n"),
        // What could not be metered.
        Case(ask(#""modalities":["text","audio"]"#), "unsupported_parameter", "modalities[1]"),
        Case(ask(#""audio":{"voice":"alloy"}"#), "unsupported_parameter", "audio"),
        Case(ask(#""web_search_options":{}"#), "unsupported_parameter", "web_search_options"),
        Case(ask(#""service_tier":"priority""#), "unsupported_parameter", "service_tier"),
        Case(ask(#""best_of":5"#), "unsupported_parameter", "best_of"),
        Case(ask(#""N":5"#), "unsupported_parameter", "N"),
        Case(ask(#""Max_Tokens":5"#), "unsupported_parameter", "Max_Tokens"),
        Case(ask(#""Stream":true"#), "unsupported_parameter", "Stream"),
        Case(ask(#""n_predict":5"#), "unsupported_parameter", "n_predict"),
        Case(ask(#""max_output_tokens":5"#), "unsupported_parameter", "max_output_tokens"),
        Case(ask(#""max_to\u212aens":5"#), "unsupported_parameter", "max_to\u{212A}ens"),
        Case(ask(#""\u017ftream":false"#), "unsupported_parameter", "\u{17F}tream"),
        Case(
            say(#"{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}"#), "unsupported_value",
            "messages"),
        Case(say(#"{"role":"user","content":[{"type":"file","file":{}}]}"#), "unsupported_value", "messages"),
        // Models.
        Case(#"{"model":"none","messages":[{"role":"user","content":"a"}]}"#, "model_not_found", "model", 404),
        Case(
            say(#"{"role":"user","content":"\#(String(repeating: "a", count: 120_000))"}"#), "context_length_exceeded",
            "messages"),
        // The other ways in.
        Case(#"{"model":"small"}"#, "invalid_value", "prompt", to: "completions"),
        Case(#"{"model":"small","prompt":[]}"#, "invalid_value", "prompt", to: "completions"),
        Case(#"{"model":"small","prompt":[1,"a"]}"#, "invalid_type", "prompt[1]", to: "completions"),
        Case(#"{"model":"small","prompt":"a","best_of":2}"#, "unsupported_parameter", "best_of", to: "completions"),
        Case(
            #"{"model":"small","prompt":"a","max_completion_tokens":99}"#, "unsupported_parameter",
            "max_completion_tokens", to: "completions"),
        Case(#"{"model":"small","prompt":[[1],[-1]]}"#, "invalid_value", "prompt[1][0]", to: "completions"),
        Case(#"{"model":"small","input":{}}"#, "invalid_value", "input", to: "embeddings"),
        Case(#"{"model":"small"}"#, "invalid_value", "input", to: "embeddings"),
        Case(#"{"model":"small"}"#, "invalid_value", "input", to: "responses"),
        Case(
            #"{"model":"small","input":"a","previous_response_id":"r"}"#, "unsupported_parameter",
            "previous_response_id", to: "responses"),
        Case(
            #"{"model":"small","input":"a","conversation":"c"}"#, "unsupported_parameter", "conversation",
            to: "responses"),
        Case(
            #"{"model":"small","input":"a","background":true}"#, "unsupported_parameter", "background", to: "responses"),
        Case(#"{"model":"small","input":"a","prompt":{"id":"p"}}"#, "unsupported_parameter", "prompt", to: "responses"),
        Case(
            #"{"model":"small","input":"a","tools":[{"type":"web_search"}]}"#, "unsupported_parameter", "tools[0]",
            to: "responses"),
        Case(
            #"{"model":"small","input":[{"type":"item_reference","id":"x"}]}"#, "unsupported_parameter", "input[0]",
            to: "responses"),
        Case(
            #"{"model":"small","input":"a","max_output_tokens":0}"#, "invalid_value", "max_output_tokens",
            to: "responses"),
        Case(
            #"{"model":"small","input":"a","max_tokens":99}"#, "unsupported_parameter", "max_tokens", to: "responses"),
        Case(#"{"model":"small","input":"a","n":5}"#, "unsupported_parameter", "n", to: "responses"),
        Case(#"{"model":"small","input":"a","best_of":5}"#, "unsupported_parameter", "best_of", to: "responses"),
        Case("{}", "invalid_value", "prompt", to: "chat"),
        Case(#"{"prompt":["a"]}"#, "invalid_type", "prompt", to: "chat"),
    ]

    /// One site for all: none of them may leave a trace.
    @Test func eachGetsItsErrorAndCostsNothing() async throws {
        let program = try await Program(TestSite())
        // What should have been refused is seen, and nobody waits for its reply.
        program.site.upstream.answer = .fail(.timedOut)
        for bad in Self.cases {
            let answer = try await program.post("/v1/" + bad.path, bad.body)
            #expect(answer.status.code == bad.status, "\(bad.testDescription): \(answer.text)")
            #expect(answer.error["code"] as? String == bad.code, "\(bad.testDescription): \(answer.text)")
            #expect(answer.error["param"] as? String == bad.param, "\(bad.testDescription): \(answer.text)")
            #expect(Set(answer.error.keys) == ["message", "type", "param", "code", "details"])
        }
        #expect(program.site.upstream.calls.isEmpty)
        #expect(try await program.used() == 0)
        #expect(try await program.site.store.ledger.openHolds().isEmpty)
    }

    @Test func aBodyOfThreeMegabytesIsTooLarge() async throws {
        let program = try await Program(TestSite())
        let answer = try await program.post("/v1/chat/completions", String(repeating: " ", count: 3 << 20))
        #expect(answer.status == .contentTooLarge && answer.error["code"] as? String == "request_too_large")
    }

    @Test(arguments: ["a b", String(repeating: "a", count: 65), "ümlaut", "a,b"])
    func aFeatureThatIsNoTagIsRefused(tag: String) async throws {
        let program = try await Program(TestSite())
        program.site.upstream.answer = .fail(.timedOut)
        var headers: HTTPFields = [:]
        headers[.xSluiceFeature] = tag
        let answer = try await program.post("/v1/chat/completions", Self.ask(""), headers)
        #expect(answer.status == .badRequest && answer.error["param"] as? String == "X-Sluice-Feature")
    }
}
