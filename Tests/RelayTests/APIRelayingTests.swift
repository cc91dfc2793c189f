import Core
import Foundation
import Testing
import UpstreamTestSupport

@testable import Relay

/// Calls of API clients over real sockets.
@Suite(.timeLimit(.minutes(5)))
struct APIRelayingTests {
    private static let text = #"{"choices":[{"index":0,"delta":{"content":"half"}}]}"#
    private static let end = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#

    @Test func whatTheClientWroteGoesOverTheWireByteForByte() async throws {
        let members = "\"messages\" : [{\"content\":\"\\u00e9é/\\/\"}] ,\"x\":1.50"
        let server = try RawServer { $0.answer("204 No Content") }
        defer { server.stop() }
        let call = call(server.baseURL, ask(answer: .document, members: members))
        _ = try await withUpstream { await Outcome(of: call, to: $0) }
        let request = try #require(server.requests.first)
        let parts = request.components(separatedBy: "\r\n\r\n")
        #expect(parts[0].hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
        #expect(parts[1].hasPrefix("{\(members),\"model\":\"m\","))
    }

    @Test(arguments: [
        (APIInterface.completions, "completions"), (.embeddings, "embeddings"), (.responses, "responses"),
    ])
    func eachInterfaceIsAskedAtItsPath(interface: APIInterface, path: String) async throws {
        let server = try RawServer { $0.answer("204 No Content") }
        defer { server.stop() }
        _ = try await withUpstream { await Outcome(of: call(server.baseURL, ask(interface)), to: $0) }
        #expect(server.requests.first?.hasPrefix("POST /v1/\(path) HTTP/1.1\r\n") == true)
    }

    @Test func aDocumentThatIsCutInTheMiddleNeverComes() async throws {
        let outcome = try await outcome(of: ask(answer: .document), "data: \(Self.text)\n\n")
        #expect(outcome.failure == .cut)
        #expect(outcome.text == "half")
        #expect(outcome.events.documents.isEmpty)
    }

    @Test func aStreamThatIsCutInTheMiddleIsPassedOnThatFar() async throws {
        let outcome = try await outcome(of: ask(), "data: \(Self.text)\n\ndata: {\"choi")
        #expect(outcome.failure == .cut)
        #expect(outcome.events.passages == "data: \(Self.text)\n\n")
    }

    @Test(arguments: [APIRequest.Answer.document, .stream(withUsage: false)])
    func aReplyThatSaidWhyItFinishedIsWholeWithoutDone(answer: APIRequest.Answer) async throws {
        let outcome = try await outcome(of: ask(answer: answer), "data: \(Self.text)\n\ndata: \(Self.end)\n\n")
        #expect(outcome.failure == nil)
        #expect(outcome.events.documents.count == (answer == .document ? 1 : 0))
    }

    @Test func oneOfTwoRepliesIsNotWhole() async throws {
        let outcome = try await outcome(
            of: ask(replies: 2, answer: .document), "data: \(Self.text)\n\ndata: \(Self.end)\n\n")
        #expect(outcome.failure == .cut && outcome.events.documents.isEmpty)
    }

    @Test func aResponseThatEndsWithoutItsLastEventIsCut() async throws {
        let delta = #"{"type":"response.output_text.delta","delta":"half"}"#
        let outcome = try await outcome(of: ask(.responses), "data: \(delta)\n\ndata: [DONE]\n\n")
        #expect(outcome.failure == .cut && outcome.text == "half")
    }

    /// The first event of a response repeats the instructions, the last one everything.
    @Test func anEventOfAResponseMayBeSeveralMegabytesLong() async throws {
        let long = String(repeating: "x", count: 3 << 20)
        let events =
            #"data: {"type":"response.created","response":{"instructions":"\#(long)"}}"# + "\n\n"
            + #"data: {"type":"response.completed","response":{"status":"completed","instructions":"\#(long)"}}"#
            + "\n\n"
        let streamed = try await outcome(of: ask(.responses), events)
        #expect(streamed.failure == nil && streamed.events.passages == events)
        let whole = try await outcome(of: ask(.responses, answer: .document), events)
        #expect(whole.events.documents.map(\.count) == [long.count + 40])
    }

    @Test func aChunkOfACompletionMayNotBe() async throws {
        let long = String(repeating: "x", count: 3 << 20)
        let outcome = try await outcome(of: ask(), "data: {\"choices\":[{\"delta\":{\"content\":\"\(long)\"}}]}\n\n")
        #expect(outcome.isGarbage && outcome.events.isEmpty)
    }

    @Test func embeddingsComeInOnePieceOfMegabytes() async throws {
        let numbers = String(repeating: "-0.012345678,", count: 300_000) + "1"
        let body = #"{"data":[{"index":0,"embedding":[\#(numbers)]}],"usage":{"prompt_tokens":8,"total_tokens":8}}"#
        let server = try RawServer { $0.answer("200 OK", "content-type: application/json\r\n", body: body) }
        defer { server.stop() }
        let call = call(server.baseURL, ask(.embeddings, answer: .document))
        let outcome = try await withUpstream { await Outcome(of: call, to: $0) }
        #expect(outcome.failure == nil && outcome.events.documents == [body])
    }

    private func outcome(of request: APIRequest, _ stream: String) async throws -> Outcome {
        let server = try RawServer { connection in
            connection.setPatience(milliseconds: 60_000)
            connection.beginStream()
            connection.chunk(stream)
            connection.endStream()
        }
        defer { server.stop() }
        return try await withUpstream { await Outcome(of: call(server.baseURL, request), to: $0) }
    }
}
