import Core
import StrictJSON
import Testing

@testable import Relay

/// A chat or legacy completion on its way to an API client that streams.
struct CompletionRelayTests {
    private static let first =
        #"{"id":"c","model":"m-1", "choices":[{"index":0,"delta":{"role":"assistant","content":""}}] }"#
    private static let text = #"{"id":"c","model":"m-1","choices":[{"index":0,"delta":{"content":"H\u00e9"}}],"x":1.0}"#
    private static let end = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
    private static let usage = #"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#
    private static let reported = UpstreamEvent.usage(
        Usage(promptTokens: 3, completionTokens: 2, source: .reported))

    @Test(arguments: [true, false])
    func chunksGoAsTheyCame(withUsage: Bool) throws {
        let reading = try Reading(ask(answer: .stream(withUsage: withUsage)), Self.first, Self.text, Self.end, "[DONE]")
        #expect(reading.passages == [Self.first, Self.text, Self.end].map { "data: \($0)\n\n" }.joined())
        #expect(reading.said == [.servedModel("m-1"), .text("Hé"), .finished(.stop)])
        #expect(reading.reader.isDone && reading.reader.isFinished)
    }

    /// Whoever passes a chunk on must have counted it.
    @Test func aPassageComesBehindWhatItSays() throws {
        let reading = try Reading(ask(), Self.text)
        #expect(
            reading.events == [
                .servedModel("m-1"), .text("Hé"), .passage(Array("data: \(Self.text)\n\n".utf8)),
            ])
    }

    // MARK: Usage

    @Test func theUsageIsForWhoAskedForIt() throws {
        let asked = try Reading(ask(answer: .stream(withUsage: true)), Self.text, Self.usage)
        #expect(asked.passages == "data: \(Self.text)\n\ndata: \(Self.usage)\n\n")
        let unasked = try Reading(ask(), Self.text, Self.usage)
        #expect(unasked.passages == "data: \(Self.text)\n\n")
        #expect(asked.said == unasked.said && asked.said.last == Self.reported)
    }

    @Test(arguments: [
        (
            #"{"id":"c" , "usage":null,"choices":[{"delta":{"content":"a"}}], "x":1.0}"#,
            #"{"id":"c","choices":[{"delta":{"content":"a"}}],"x":1.0}"#
        ),
        (
            #"{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#,
            #"{"choices":[{"delta":{"content":"a"}}]}"#
        ),
        (#"{"usage":null,"choices":[]}"#, #"{"choices":[]}"#),
        (#"{"\u0075sage":null,"choices":[]}"#, #"{"choices":[]}"#),
    ])
    func aChunkLosesOnlyTheUsageThatNobodyAskedFor(chunk: String, passed: String) throws {
        #expect(try Reading(ask(), chunk).passages == "data: \(passed)\n\n")
        #expect(try Reading(ask(answer: .stream(withUsage: true)), chunk).passages == "data: \(chunk)\n\n")
    }

    // MARK: Kinds of output

    @Test func everythingThatIsProducedIsCounted() throws {
        let reading = try Reading(
            ask(),
            #"{"choices":[{"delta":{"reasoning_content":"Hm"}}]}"#,
            #"{"choices":[{"delta":{"content":"A","refusal":"No"}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}},{"index":1,"id":"c2","type":"custom","custom":{"name":"g","input":"raw"}}]}}]}"#,
            #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}}]}"#,
            #"{"choices":[{"delta":{"function_call":{"name":"old","arguments":"{}"}}}]}"#,
            #"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#)
        #expect(
            reading.said == [
                .reasoning("Hm"), .text("A"), .text("No"), .toolCall("f"), .toolCall("g"), .toolCall("raw"),
                .toolCall("{\"x\":"), .toolCall("old"), .toolCall("{}"), .finished(.toolCalls),
            ])
    }

    @Test func aLegacyCompletionSaysItsTextBesideItsNumber() throws {
        let chunk =
            #"{"object":"text_completion","choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":"length"}]}"#
        let reading = try Reading(ask(.completions), chunk)
        #expect(reading.said == [.text("Hi"), .finished(.length)])
        #expect(reading.passages == "data: \(chunk)\n\n")
    }

    // MARK: The end

    @Test func severalRepliesAreWholeWhenEachSaidWhyItFinished() throws {
        var reading = Reading(ask(replies: 3))
        for index in [2, 0, 2] {
            try reading.read(#"{"choices":[{"index":\#(index),"delta":{},"finish_reason":"stop"}]}"#)
            #expect(!reading.reader.isFinished)
        }
        try reading.read(#"{"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}"#)
        #expect(reading.reader.isFinished && !reading.reader.isDone)
    }

    @Test(arguments: [APIRequest.Answer.stream(withUsage: true), .document])
    func anErrorBreaksOffAndHidesTheKey(answer: APIRequest.Answer) {
        let failure = UpstreamFailure.brokenOff(message: "Overloaded [key]")
        #expect(throws: failure) {
            try Reading(ask(answer: answer), Self.text, #"{"error":{"message":"Overloaded sk-secret"}}"#)
        }
        #expect(throws: failure) {
            var reading = Reading(ask(answer: answer))
            try reading.read(#"{"error":{"message":"Overloaded sk-secret"}}"#, type: "error")
        }
    }

    @Test(arguments: ["nonsense", "[]", #"{"choices":[{"delta":{"tool_calls":{}}}]}"#, #"{"choices":[{"text":7}]}"#])
    func whatIsNoChunkIsNotPassedOn(chunk: String) {
        #expect(throws: UpstreamFailure.self) { try Reading(ask(), chunk) }
    }

    @Test func anEventOfSeveralLinesAndOfAnotherTypeKeepsItsForm() throws {
        var reading = Reading(ask())
        try reading.read("{\"choices\":\n[],\n\"x\":1}", type: "tick")
        #expect(reading.passages == "event: tick\ndata: {\"choices\":\ndata: [],\ndata: \"x\":1}\n\n")
    }

    // MARK: An upstream that does not stream

    private static let whole =
        #"{"id":"c","object":"chat.completion","created":7,"model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"[]"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#

    @Test func anAnswerInOnePieceIsStreamedAsOneChunk() throws {
        let chunk =
            #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"index":0},{"id":"b","type":"function","function":{"name":"g","arguments":"[]"},"index":1}]},"finish_reason":"stop"}]}"#
        let unasked = try Reading(ask(), whole: Self.whole)
        #expect(unasked.passages == "data: \(chunk)\n\n")
        #expect(
            unasked.said == [
                .servedModel("m-1"), .text("Hi"), .toolCall("f"), .toolCall("{}"), .toolCall("g"), .toolCall("[]"),
                .finished(.stop), Self.reported,
            ])
        let asked = try Reading(ask(answer: .stream(withUsage: true)), whole: Self.whole)
        let last =
            #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#
        #expect(asked.passages == "data: \(chunk)\n\ndata: \(last)\n\n")
    }

    @Test func anAnswerInOnePieceIsADocumentByteForByte() throws {
        let reading = try Reading(ask(answer: .document), whole: " \(Self.whole)\n")
        #expect(reading.document == " \(Self.whole)\n")
        #expect(reading.events.documents.count == 1 && reading.passages.isEmpty)
    }

    @Test(arguments: [#"{"status":"ok"}"#, #"{"choices":[]}"#, "[]", "<html>"])
    func whatIsNoCompletionIsNotPassedOn(body: String) {
        for answer in [APIRequest.Answer.document, .stream(withUsage: false)] {
            #expect(throws: UpstreamFailure.self) { try Reading(ask(answer: answer), whole: body) }
        }
    }
}
