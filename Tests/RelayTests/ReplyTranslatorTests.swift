import Core
import Testing

@testable import Relay

/// What several upstreams really send.
struct ReplyTranslatorTests {
    @Test func readsOpenAI() throws {
        let reply = try Reply(
            #"{"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4o-2024-08-06","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}"#,
            #"{"model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}],"usage":null}"#,
            #"{"model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
            #"{"model":"gpt-4o-2024-08-06","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":3,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":5,"accepted_prediction_tokens":0}}}"#,
            "[DONE]"
        )
        let usage = Usage(
            promptTokens: 9, completionTokens: 12, cachedPromptTokens: 3, reasoningTokens: 5, source: .reported)
        #expect(
            reply.events == [
                .servedModel("gpt-4o-2024-08-06"), .text("Hello"), .finished(.stop), .usage(usage),
            ])
        #expect(reply.translator.isDone && reply.translator.isFinished)
    }

    @Test(arguments: ["reasoning_content", "reasoning"])
    func readsVisibleReasoning(field: String) throws {
        let reply = try Reply(#"{"choices":[{"delta":{"\#(field)":"Hm","content":null}}]}"#)
        #expect(reply.events == [.reasoning("Hm")])
    }

    @Test func reasoningUnderBothNamesIsReadOnce() throws {
        let reply = try Reply(#"{"choices":[{"delta":{"reasoning":"Hm","reasoning_content":"Hm","content":"Oh"}}]}"#)
        #expect(reply.events == [.reasoning("Hm"), .text("Oh")])
    }

    @Test func aRefusalIsText() throws {
        #expect(try Reply(#"{"choices":[{"delta":{"refusal":"No."}}]}"#).events == [.text("No.")])
    }

    @Test(arguments: [
        ("stop", FinishReason.stop), ("length", .length), ("content_filter", .contentFilter),
        ("tool_calls", .toolCalls), ("abort", .other),
    ])
    func readsTheReasonOfTheEnd(sent: String, read: FinishReason) throws {
        #expect(try Reply(#"{"choices":[{"finish_reason":"\#(sent)"}]}"#).events == [.finished(read)])
    }

    @Test func saysWhichModelServesOnceAndAgainWhenItChanges() throws {
        let reply = try Reply(#"{"model":"a"}"#, #"{"model":"a"}"#, #"{"model":""}"#, #"{"model":"b"}"#)
        #expect(reply.events == [.servedModel("a"), .servedModel("b")])
    }

    @Test func anotherChoiceIsNotMixedIntoTheText() throws {
        let reply = try Reply(#"{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}"#)
        #expect(reply.events == [.text("a")])
    }

    @Test(arguments: [
        #"{}"#,
        #"{"prompt_filter_results":[{"prompt_index":0}],"choices":[]}"#,
        #"{"choices":null,"usage":null,"error":null}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0}]}}]}"#,
    ])
    func ignoresWhatItDoesNotKnow(chunk: String) throws {
        #expect(try Reply(chunk).events.isEmpty)
    }

    @Test(arguments: [
        "", "nonsense", "[]", "null", "42", #"{"choices":{}}"#, #"{"choices":[{"delta":{"content":7}}]}"#,
        #"{"choices":[{"delta":{"content":"\ud83d"}}]}"#, #"{"usage":[]}"#, #"{"usage":{"prompt_tokens":"12"}}"#,
        #"{"model":1}"#, #"{"choices":[{"finish_reason":true}]}"#,
        String(repeating: "[", count: 100_000),
    ])
    func anEventThatIsNoChunkIsGarbage(chunk: String) {
        let failure = #expect(throws: UpstreamFailure.self) { try Reply(chunk) }
        guard case .garbage = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func garbageIsDescribedWithoutQuotingIt() {
        let expected = UpstreamFailure.garbage(detail: "content is no text")
        #expect(throws: expected) { try Reply(#"{"choices":[{"delta":{"content":["secret"]}}]}"#) }
    }

    @Test(arguments: [
        #"{"error":{"message":"Overloaded","type":"server_error","code":503}}"#,
        #"{"error":"Overloaded"}"#,
        #"{"id":"x","choices":[{"delta":{"content":"half"},"finish_reason":"error"}],"error":{"code":502,"message":"Overloaded"}}"#,
    ])
    func anErrorAfterTheBeginningBreaksOff(chunk: String) {
        #expect(throws: UpstreamFailure.brokenOff(message: "Overloaded")) { try Reply(chunk) }
    }

    @Test func anErrorMayBeNamedByTheEvent() {
        var translator = ReplyTranslator(hiding: nil)
        let event = ServerSentEvent(type: "error", data: Array(#"{"message":"Overloaded"}"#.utf8))
        #expect(throws: UpstreamFailure.brokenOff(message: "Overloaded")) { try translator.events(of: event) }
    }

    @Test func readsACompletionThatWasNotStreamed() throws {
        var translator = ReplyTranslator(hiding: nil)
        let whole = #"""
            {"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant",
            "content":"Hello"},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}
            """#
        let usage = Usage(promptTokens: 1, completionTokens: 2, source: .reported)
        let events = try translator.events(ofWhole: Array(whole.utf8))
        #expect(events == [.servedModel("m"), .text("Hello"), .finished(.length), .usage(usage)])
    }

    @Test func jsonThatIsNoCompletionIsGarbage() {
        var translator = ReplyTranslator(hiding: nil)
        #expect(throws: UpstreamFailure.garbage(detail: "no choices")) {
            try translator.events(ofWhole: Array(#"{"status":"ok"}"#.utf8))
        }
    }
}

private struct Reply {
    var translator = ReplyTranslator(hiding: nil)
    var events: [UpstreamEvent] = []

    @discardableResult
    init(_ chunks: String...) throws {
        for chunk in chunks {
            events += try translator.events(of: ServerSentEvent(type: "message", data: Array(chunk.utf8)))
        }
    }
}
