import Core
import Foundation
import StrictJSON
import Testing

@testable import Relay

/// The document of a completion that was streamed, beside the one that OpenAI gives unstreamed.
struct CompletionAssemblyTests {
    @Test func aTextIsPutTogether() throws {
        try expect(
            #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"aG"}"#,
            #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"content":"Hé"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"aGk"}"#,
            #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"content":"llo"},"finish_reason":null}],"usage":null}"#,
            #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
            #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#,
            makes:
                #"{"id":"c","object":"chat.completion","created":7,"model":"m","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"message":{"role":"assistant","content":"Héllo","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#
        )
    }

    @Test func parallelCallsAreToldApart() throws {
        try expect(
            #"{"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}}]}"#,
            #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}"#,
            #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":""}}]}}]}"#,
            #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"[]"}},{"index":0,"function":{"arguments":"1}"}}]}}]}"#,
            #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
            makes:
                #"{"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"[]"}}],"refusal":null},"logprobs":null,"finish_reason":"tool_calls"}],"object":"chat.completion"}"#
        )
    }

    @Test func probabilitiesAreListedOneAfterTheOther() throws {
        try expect(
            #"{"choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"logprobs":{"content":[{"token":"a","logprob":-0.10,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-2.50,"bytes":[98]}]}],"refusal":null}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"c"},"logprobs":{"content":[{"token":"c","logprob":-1e-05,"bytes":[99],"top_logprobs":[]}],"refusal":null}}]}"#,
            #"{"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}"#,
            makes:
                #"{"choices":[{"index":0,"message":{"role":"assistant","content":"ac","refusal":null},"logprobs":{"content":[{"token":"a","logprob":-0.10,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-2.50,"bytes":[98]}]},{"token":"c","logprob":-1e-05,"bytes":[99],"top_logprobs":[]}],"refusal":null},"finish_reason":"stop"}],"object":"chat.completion"}"#
        )
    }

    @Test func severalRepliesAreToldApartAndPutInOrder() throws {
        try expect(
            #"{"choices":[{"index":2,"delta":{"role":"assistant","content":"x"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"role":"assistant","content":"a"}},{"index":1,"delta":{"role":"assistant","content":"m"}}]}"#,
            #"{"choices":[{"index":1,"delta":{"content":"n"}}]}"#,
            #"{"choices":[{"index":2,"delta":{"content":"y"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"content":"b"},"finish_reason":"stop"}]}"#,
            makes:
                #"{"choices":[{"index":0,"message":{"role":"assistant","content":"ab","refusal":null},"logprobs":null,"finish_reason":"stop"},{"index":1,"message":{"role":"assistant","content":"mn","refusal":null},"logprobs":null},{"index":2,"message":{"role":"assistant","content":"xy","refusal":null},"logprobs":null}],"object":"chat.completion"}"#
        )
    }

    @Test func whatIsSaidInEveryChunkIsSaidOnce() throws {
        try expect(
            #"{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"a","tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":"{"}}]},"finish_reason":""}]}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"b","tool_calls":[{"index":0,"id":"t","type":"function","function":{"arguments":"}"}}]},"finish_reason":"stop"}]}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{"role":"","content":"","tool_calls":[{"index":0,"id":"","function":{"arguments":""}}]},"finish_reason":""}]}"#,
            makes:
                #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"ab","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}],"refusal":null},"logprobs":null,"finish_reason":"stop"}],"object":"chat.completion"}"#
        )
    }

    @Test func aRefusalAndReasoningAndUnknownMembersAreKept() throws {
        try expect(
            #"{"x_chunk":{"a":1},"choices":[{"index":0,"delta":{"refusal":"I ","reasoning_content":"H","x_list":[1],"x":{"deep":"p"}},"x_choice":true}]}"#,
            #"{"choices":[{"index":0,"delta":{"refusal":"won’t","reasoning_content":"m","x_list":[2],"x":{"deep":"q","y":1.50}}}],"x_late":[1]}"#,
            makes:
                #"{"x_chunk":{"a":1},"choices":[{"index":0,"message":{"refusal":"I won’t","reasoning_content":"Hm","x_list":[1,2],"x":{"deep":"pq","y":1.50},"role":"assistant","content":null},"logprobs":null,"x_choice":true}],"x_late":[1],"object":"chat.completion"}"#
        )
    }

    /// As several servers write chunks for a single reply.
    @Test func repliesWithoutANumberAreTheSameReply() throws {
        try expect(
            #"{"choices":[{"delta":{"content":"a"}}]}"#, #"{"choices":[{"index":null,"delta":{"content":"b"}}]}"#,
            #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            makes:
                #"{"choices":[{"index":0,"message":{"content":"ab","role":"assistant","refusal":null},"logprobs":null,"finish_reason":"stop"}],"object":"chat.completion"}"#
        )
    }

    /// Azure begins with the results of its filter.
    @Test func whatIsEmptyAtFirstIsTakenFromLater() throws {
        try expect(
            #"{"id":"","object":"","created":0,"model":"","prompt_filter_results":[{"prompt_index":0}],"choices":[]}"#,
            #"{"id":"c","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}"#,
            #"{"id":"","object":"","created":0,"model":"","choices":[{"index":0,"content_filter_offsets":{"start":1},"delta":{}}]}"#,
            makes:
                #"{"id":"c","object":"chat.completion","created":7,"model":"m","prompt_filter_results":[{"prompt_index":0}],"choices":[{"index":0,"message":{"role":"assistant","content":"a","refusal":null},"logprobs":null,"finish_reason":"stop","content_filter_offsets":{"start":1}}]}"#
        )
    }

    @Test func aLegacyCompletionIsPutTogether() throws {
        try expect(
            #"{"id":"c","object":"text_completion","created":7,"model":"m","choices":[{"text":"He","index":0,"logprobs":{"tokens":["He"],"token_logprobs":[-0.50],"top_logprobs":[{"He":-0.50}],"text_offset":[0]},"finish_reason":null}]}"#,
            #"{"id":"c","object":"text_completion","created":7,"model":"m","choices":[{"text":"y","index":0,"logprobs":{"tokens":["y"],"token_logprobs":[-1.0],"top_logprobs":[{"y":-1.0}],"text_offset":[2]},"finish_reason":"stop"}]}"#,
            #"{"id":"c","object":"text_completion","created":7,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#,
            to: .completions,
            makes:
                #"{"id":"c","object":"text_completion","created":7,"model":"m","choices":[{"text":"Hey","index":0,"logprobs":{"tokens":["He","y"],"token_logprobs":[-0.50,-1.0],"top_logprobs":[{"He":-0.50},{"y":-1.0}],"text_offset":[0,2]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#
        )
    }

    @Test func theDocumentComesOnceAndOnlyWhenTheReplyIsWhole() throws {
        var reading = try Reading(
            ask(answer: .document), #"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#)
        #expect(reading.document == nil && reading.passages.isEmpty)
        #expect(reading.reader.isFinished)
        #expect(reading.reader.lastEvents().documents.count == 1)
        try reading.read("[DONE]")
        #expect(reading.document == nil, "it was given before")
    }

    // MARK: Cost

    /// Quadratic work would take sixteen times as long.
    @Test(arguments: [
        #""delta":{"content":"word "}"#,
        #""delta":{"tool_calls":[{"index":0,"function":{"arguments":"word "}}]}"#,
        #""delta":{},"logprobs":{"content":[{"token":"word ","logprob":-1}]}"#,
    ])
    func fourTimesTheChunksTakeFourTimesAsLong(choice: String) throws {
        let ratio = try secondsToAssemble(20_000, choice) / secondsToAssemble(5_000, choice)
        #expect(ratio < 8)
    }

    private func secondsToAssemble(_ chunks: Int, _ choice: String) throws -> Double {
        let nodes = try (0..<chunks).map { number in
            try JSONDocument(Array("{\"id\":\"c\",\"choices\":[{\"index\":\(number % 3),\(choice)}]}".utf8)).root
        }
        return try (0..<3).map { _ in
            let start = processorSeconds()
            var assembly = CompletionAssembly()
            for node in nodes { assembly.add(node) }
            #expect(assembly.document.bytes.count > 5 * chunks)
            return processorSeconds() - start
        }.min() ?? .nan
    }

    /// Of this thread, without the time in which other programs had the processor.
    private func processorSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    // MARK: Comparing

    /// The order of members does not matter, but every byte of their values.
    private func expect(
        _ chunks: String..., to interface: APIInterface = .chatCompletions, makes document: String,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        var reading = Reading(ask(interface, answer: .document))
        for chunk in chunks + ["[DONE]"] { try reading.read(chunk) }
        let assembled = try #require(reading.document, sourceLocation: location)
        #expect(try value(assembled).sorted == value(document).sorted, "\(assembled)", sourceLocation: location)
    }
}

extension JSONValue {
    /// With the members of every object in the order of their names.
    fileprivate var sorted: JSONValue {
        switch self {
        case .array(let values): .array(values.map(\.sorted))
        case .object(let members):
            .object(members.map { Member($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
        case .null, .boolean, .number, .string: self
        }
    }
}
