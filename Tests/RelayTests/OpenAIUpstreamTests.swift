import Core
import Foundation
import Testing
import UpstreamTestSupport

@testable import Relay

@Suite(.timeLimit(.minutes(5)))
struct OpenAIUpstreamTests {
    @Test func relaysAReply() async throws {
        let server = try RawServer { connection in
            connection.beginStream()
            for piece in [Chunk.text("Hel"), Chunk.text("lo"), Chunk.finish, Chunk.usage(3, 2), Chunk.done] {
                connection.chunk(piece)
            }
            connection.endStream()
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        let usage = Usage(promptTokens: 3, completionTokens: 2, source: .reported)
        #expect(outcome.failure == nil)
        #expect(outcome.events == [.text("Hel"), .text("lo"), .finished(.stop), .usage(usage)])
    }

    @Test func asksForACappedStreamWithUsage() async throws {
        let server = try RawServer { $0.answer("204 No Content") }
        defer { server.stop() }
        _ = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        let request = try #require(server.requests.first)
        let parts = request.components(separatedBy: "\r\n\r\n")
        let head = parts[0].lowercased()
        #expect(head.hasPrefix("post /v1/chat/completions http/1.1\r\n"))
        #expect(head.contains("\r\nauthorization: bearer sk-secret"))
        #expect(head.contains("\r\nx-request-id: request-7"))
        #expect(head.contains("\r\ncontent-type: application/json"))
        #expect(!head.contains("accept-encoding"))

        let body = try #require(JSONSerialization.jsonObject(with: Data(parts[1].utf8)) as? [String: Any])
        let expected: [String: Any] = [
            "model": "m", "messages": [["role": "user", "content": "Hi/there \"you\""]], "stream": true,
            "stream_options": ["include_usage": true], "max_completion_tokens": 12,
        ]
        #expect(body as NSDictionary == expected as NSDictionary)
    }

    @Test func sendsTheCapUnderTheOldNameWhereTheUpstreamKnowsOnlyThat() async throws {
        let server = try RawServer { $0.answer("204 No Content") }
        defer { server.stop() }
        let old = call(server.baseURL, apiKey: nil, capField: .maxTokens)
        _ = try await withUpstream { await Outcome(of: old, to: $0) }
        let request = try #require(server.requests.first)
        #expect(request.contains(#""max_tokens":12"#) && !request.contains("max_completion_tokens"))
        #expect(!request.lowercased().contains("authorization"))
    }

    @Test func usesAConnectionAgainAfterAWholeReply() async throws {
        let mayEnd = DispatchSemaphore(value: 0)
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(Chunk.text("Hi") + Chunk.done)
            mayEnd.wait()
            connection.endStream()
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            for _ in 0..<20 {
                #expect(await Outcome(of: call(server.baseURL), to: upstream).text == "Hi")
                mayEnd.signal()
            }
        }
        #expect(server.connectionCount < 10, "closing after each would take 20")
    }

    @Test func opensBeforeAnyTextCame() async throws {
        let mayTalk = DispatchSemaphore(value: 0)
        let server = try RawServer { connection in
            connection.beginStream()
            mayTalk.wait()
            connection.chunk(Chunk.text("Hi") + Chunk.done)
            connection.endStream()
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            let reply = try await upstream.open(call(server.baseURL))
            mayTalk.signal()
            var events: [UpstreamEvent] = []
            for try await event in reply.events { events.append(event) }
            #expect(events == [.text("Hi")])
        }
    }

    @Test func acceptsACompletionThatIsNotStreamed() async throws {
        let whole = #"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#
        let server = try RawServer {
            $0.answer("200 OK", "content-type: Application/JSON; charset=utf-8\r\n", body: whole)
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.events == [.text("Hi"), .finished(.stop)])
        #expect(outcome.failure == nil)
    }

    @Test func closesTheConnectionWhenTheReaderIsCancelled() async throws {
        let (hasText, closed) = (Signal<Void>(), Signal<Void>())
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(Chunk.text("Hi"))
            connection.waitForClose()
            closed.fire(())
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            let reader = Task {
                let reply = try await upstream.open(call(server.baseURL))
                for try await event in reply.events where event == .text("Hi") { hasText.fire(()) }
            }
            await hasText.wait()
            reader.cancel()
            await closed.wait()
            await #expect(throws: CancellationError.self) { try await reader.value }
        }
    }

    @Test func closesTheConnectionWhenCancelledBeforeTheAnswer() async throws {
        let (asked, closed) = (Signal<Void>(), Signal<Void>())
        let server = try RawServer { connection in
            asked.fire(())
            connection.waitForClose()
            closed.fire(())
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            let opening = Task { try await upstream.open(call(server.baseURL)) }
            await asked.wait()
            opening.cancel()
            await closed.wait()
            await #expect(throws: CancellationError.self) { _ = try await opening.value }
        }
    }

    /// Cancelled later it throws `CancellationError`, as the upstream may have read the call by then.
    @Test func whatIsGivenUpBeforeItIsSentWasNotAccepted() async throws {
        let server = try RawServer { connection in connection.waitForClose() }
        defer { server.stop() }
        try await withUpstream { upstream in
            let opening = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await upstream.open(call(server.baseURL))
            }
            opening.cancel()
            await #expect(throws: UpstreamFailure.unreachable(detail: "given up before it was sent")) {
                _ = try await opening.value
            }
        }
    }

    @Test func closesTheConnectionOfAReplyThatNobodyReads() async throws {
        let closed = Signal<Void>()
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(Chunk.text("Hi"))
            connection.waitForClose()
            closed.fire(())
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            _ = try await upstream.open(call(server.baseURL))
            await closed.wait()
        }
    }

    @Test func fetchesNothingThatIsNotReadAndWaitsForASlowReader() async throws {
        let piece = Chunk.text(String(repeating: "x", count: 16_000))
        let pieces = 4_096
        let stalled = Signal<Int>()
        let server = try RawServer { connection in
            connection.setPatience(milliseconds: 3_000)
            connection.beginStream()
            for index in 0..<pieces where !connection.chunk(piece) {
                stalled.fire(index)
                return connection.waitForClose()
            }
            stalled.fire(pieces)
        }
        defer { server.stop() }
        var impatient = settings
        impatient.silenceTimeout = .milliseconds(2_500)
        try await withUpstream(impatient) { upstream in
            let reply = try await upstream.open(call(server.baseURL))
            var events = reply.events.makeAsyncIterator()
            _ = try await events.next()
            let sent = try #require(await stalled.wait())
            #expect(sent < pieces / 4, "64 MB were offered, and only what the sockets hold was taken")
            for _ in 0..<sent / 2 {
                #expect(try await events.next() != nil, "time in which nobody reads is not silence")
            }
        }
    }

    /// It was produced, and is paid for.
    @Test func whatHasArrivedBeforeACancellationIsStillRead() async throws {
        let piece = Chunk.text(String(repeating: "x", count: 16_000))
        let (isRead, stalled) = (DispatchSemaphore(value: 0), Signal<Void>())
        let server = try RawServer { connection in
            connection.setPatience(milliseconds: 3_000)
            connection.beginStream()
            connection.chunk(Chunk.text("Hi"))
            isRead.wait()
            for _ in 0..<4_096 where !connection.chunk(piece) { break }
            stalled.fire(())
            connection.waitForClose()
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            let reading = Task { () async throws -> Int in
                var events = try await upstream.open(call(server.baseURL)).events.makeAsyncIterator()
                _ = try await events.next()
                isRead.signal()
                await stalled.wait()
                withUnsafeCurrentTask { $0?.cancel() }
                var pieces = 0
                do {
                    while try await events.next() != nil { pieces += 1 }
                    Issue.record("it went on to its end")
                } catch is CancellationError {}
                return pieces
            }
            // So much is taken off the sockets before anybody asks for it.
            let pieces = try await reading.value
            #expect(pieces >= 4)
        }
    }

    @Test func listsModels() async throws {
        let list = #"{"object":"list","data":[{"id":"a","object":"model"},{"id":"b/c"}]}"#
        let server = try RawServer { $0.answer("200 OK", "content-type: application/json\r\n", body: list) }
        defer { server.stop() }
        let names = try await withUpstream { try await $0.modelNames(at: call(server.baseURL).endpoint) }
        #expect(names == ["a", "b/c"])
        let request = try #require(server.requests.first).lowercased()
        #expect(request.hasPrefix("get /v1/models http/1.1\r\n") && request.contains("bearer sk-secret"))
    }

    @Test(arguments: [
        ("text/html", "<html>"), ("application/json", "<html>"), ("application/json", #"{"data":[{"name":"a"}]}"#),
        ("text/event-stream", "data: {}\n\n"),
    ])
    func whatIsNoListOfModelsIsGarbage(type: String, body: String) async throws {
        let server = try RawServer { $0.answer("200 OK", "content-type: \(type)\r\n", body: body) }
        defer { server.stop() }
        let failure = await #expect(throws: UpstreamFailure.self) {
            try await withUpstream { try await $0.modelNames(at: call(server.baseURL).endpoint) }
        }
        guard case .garbage = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func aRefusedKeyIsSaidWhenListingModels() async throws {
        let body = #"{"error":{"message":"Incorrect API key provided: sk-secret"}}"#
        let server = try RawServer { $0.answer("401 Unauthorized", "content-type: application/json\r\n", body: body) }
        defer { server.stop() }
        let expected = UpstreamFailure.refused(
            status: 401, message: "Incorrect API key provided: [key]", retryAfterSeconds: nil)
        await #expect(throws: expected) {
            try await withUpstream { try await $0.modelNames(at: call(server.baseURL).endpoint) }
        }
    }
}
