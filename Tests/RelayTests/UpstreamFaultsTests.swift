import Core
import Foundation
import Testing
import UpstreamTestSupport

@testable import Relay

/// What an upstream can do wrong, by a real server over a real socket: one story a test, each with what the gate
/// gets to see.
@Suite(.timeLimit(.minutes(5)))
struct UpstreamFaultsTests {
    // Before the answer: nothing is accepted.

    @Test func refusesConnections() async throws {
        let port = try UnusedPort()
        defer { port.release() }
        // Whoever tried again until the time is over would come to the limit of the suite.
        var patient = settings
        patient.connectTimeout = .seconds(3_600)
        let outcome = try await withUpstream(patient) {
            await Outcome(of: call("http://127.0.0.1:\(port.number)/v1"), to: $0)
        }
        #expect(outcome.isUnreachable && outcome.isRefusedAtOpen)
    }

    @Test func hasNoAddress() async throws {
        let outcome = try await withUpstream { await Outcome(of: call("http://upstream.invalid/v1"), to: $0) }
        #expect(outcome.isUnreachable)
    }

    @Test(arguments: ["", "nonsense", "ftp://127.0.0.1/v1", "http://", "http://[/v1"])
    func hasAnAddressThatIsNone(baseURL: String) async throws {
        let outcome = try await withUpstream { await Outcome(of: call(baseURL), to: $0) }
        #expect(outcome.isUnreachable && outcome.isRefusedAtOpen)
    }

    @Test func aKeyThatNoHeaderCanCarryIsNotRepeatedInTheError() async throws {
        let server = try RawServer { $0.answer("204 No Content") }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL, apiKey: "sk-1\r\nx: y"), to: $0) }
        #expect(outcome.isUnreachable && !"\(outcome)".contains("sk-1"))
        #expect(server.requests.isEmpty)
    }

    @Test func doesNotAnswerTheTLSHandshake() async throws {
        let server = try RawServer { $0.answer("204 No Content") }
        defer { server.stop() }
        var impatient = settings
        impatient.connectTimeout = .milliseconds(100)
        let baseURL = server.baseURL.replacing("http:", with: "https:")
        let outcome = try await withUpstream(impatient) { await Outcome(of: call(baseURL), to: $0) }
        #expect(outcome.isUnreachable && outcome.isRefusedAtOpen)
        #expect(server.requests.isEmpty)
    }

    @Test func hangsBeforeTheHead() async throws {
        let closed = Signal<Void>()
        let server = try RawServer { connection in
            connection.waitForClose()
            closed.fire(())
        }
        defer { server.stop() }
        var impatient = settings
        impatient.firstByteTimeout = .milliseconds(100)
        try await withUpstream(impatient) { upstream in
            // The time may be over before the request was sent.
            repeat {
                let outcome = await Outcome(of: call(server.baseURL), to: upstream)
                #expect(outcome.failure == .timedOut && outcome.isRefusedAtOpen)
            } while server.requests.isEmpty
            await closed.wait()
        }
    }

    @Test(arguments: [true, false])
    func closesWithoutAnAnswer(byReset: Bool) async throws {
        let server = try RawServer { byReset ? $0.reset() : $0.end() }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.isUnreachable && outcome.isRefusedAtOpen)
    }

    @Test func doesNotSpeakHTTP() async throws {
        let server = try RawServer { $0.send("SSH-2.0-OpenSSH_9.2\r\n\r\n") }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.isGarbage && outcome.isRefusedAtOpen)
    }

    @Test func sendsHeadersWithoutEnd() async throws {
        let server = try RawServer { connection in
            connection.send("HTTP/1.1 200 OK\r\n")
            while connection.send("x-filler: \(String(repeating: "x", count: 4_000))\r\n") {}
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.isGarbage && outcome.isRefusedAtOpen)
    }

    @Test(arguments: [
        ("401 Unauthorized", "", #"{"error":{"message":"Wrong key sk-secret"}}"#, 401, "Wrong key [key]", nil),
        ("429 Too Many Requests", "retry-after: 7\r\n", #"{"error":{"message":"Slow\r\ndown"}}"#, 429, "Slow down", 7),
        ("429 Too Many Requests", "retry-after-ms: 1500\r\nretry-after: 9\r\n", "", 429, "Too Many Requests", 2),
        ("429 Too Many Requests", "retry-after: -1\r\n", "", 429, "Too Many Requests", nil),
        ("500 Internal Server Error", "retry-after: soon\r\n", "<h1>Oops</h1>", 500, "Internal Server Error", nil),
        ("503 Service Unavailable", "retry-after: 1e99\r\n", #"{"detail":"loading"}"#, 503, "loading", nil),
        ("307 Temporary Redirect", "location: http://169.254.169.254/\r\n", "", 307, "Temporary Redirect", nil),
    ])
    func refusesWithAStatus(
        status: String, headers: String, body: String, code: Int, message: String, retryAfterSeconds: Int64?
    ) async throws {
        let server = try RawServer { $0.answer(status, headers, body: body) }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        let expected = UpstreamFailure.refused(status: code, message: message, retryAfterSeconds: retryAfterSeconds)
        #expect(outcome.failure == expected && outcome.isRefusedAtOpen)
    }

    @Test func redirectsToItselfAndIsAskedOnce() async throws {
        let server = try RawServer { $0.answer("308 Permanent Redirect", "location: /v1/elsewhere\r\n") }
        defer { server.stop() }
        _ = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(server.requests.count == 1)
    }

    @Test func complainsWithoutEnd() async throws {
        let server = try RawServer { connection in
            connection.send("HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\ncontent-type: text/plain\r\n\r\n")
            while connection.chunk(String(repeating: "no ", count: 4_000)) {}
            connection.end()
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        guard case .refused(500, let message, nil) = outcome.failure else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.count == 500)
    }

    @Test(arguments: ["text/html", "text/plain", "application/x-ndjson"])
    func answersWithAnotherKindOfBody(type: String) async throws {
        let server = try RawServer { $0.answer("200 OK", "content-type: \(type)\r\n", body: "<html>Welcome</html>") }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.failure == .garbage(detail: "content type \(type)") && outcome.isRefusedAtOpen)
    }

    @Test(arguments: ["gzip", "br", "Identity, GZIP"])
    func compresses(encoding: String) async throws {
        let server = try RawServer {
            $0.answer("200 OK", "content-type: text/event-stream\r\ncontent-encoding: \(encoding)\r\n", body: "\u{1F}")
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.isGarbage && outcome.isRefusedAtOpen)
    }

    // In the middle of the reply: what came before is delivered.

    @Test(arguments: [true, false])
    func endsTheConnectionAfterSomeText(byReset: Bool) async throws {
        let mayEnd = DispatchSemaphore(value: 0)
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(Chunk.text("half"))
            mayEnd.wait()
            byReset ? connection.reset() : connection.end()
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            let reply = try await upstream.open(call(server.baseURL))
            var events = reply.events.makeAsyncIterator()
            #expect(try await events.next() == .text("half"))
            mayEnd.signal()
            await #expect(throws: UpstreamFailure.cut) { try await events.next() }
            #expect(try await events.next() == nil, "nothing follows a failure")
        }
    }

    @Test func nothingThatCameIsLostWhenTheConnectionEndsBehindIt() async throws {
        let pieces = 40
        let server = try RawServer { connection in
            connection.beginStream()
            for _ in 0..<pieces { connection.chunk(Chunk.text("x")) }
            connection.end()
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            for _ in 0..<20 {
                let outcome = await Outcome(of: call(server.baseURL), to: upstream)
                #expect(outcome.failure == .cut)
                #expect(outcome.text.count == pieces)
            }
        }
    }

    @Test func endsTheBodyWithoutFinishing() async throws {
        let outcome = try await outcome(ofStream: Chunk.text("half"))
        #expect(outcome.failure == .cut && outcome.text == "half")
    }

    @Test func endsTheBodyInTheMiddleOfAnEvent() async throws {
        let outcome = try await outcome(ofStream: Chunk.text("half") + "data: {\"choi")
        #expect(outcome.failure == .cut && outcome.text == "half")
    }

    @Test func saysNothingAtAll() async throws {
        let outcome = try await outcome(ofStream: "")
        #expect(outcome.failure == .cut && outcome.events.isEmpty)
    }

    @Test func finishesWithoutSayingDone() async throws {
        let outcome = try await outcome(ofStream: Chunk.text("whole") + Chunk.finish + Chunk.usage(1, 1))
        #expect(outcome.failure == nil && outcome.events.count == 3)
    }

    @Test func finishesAndIsThenReset() async throws {
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(Chunk.text("whole") + Chunk.finish)
            connection.end()
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.failure == nil && outcome.text == "whole")
    }

    @Test func saysDoneWithoutAReason() async throws {
        let outcome = try await outcome(ofStream: Chunk.text("whole") + Chunk.done)
        #expect(outcome.failure == nil && outcome.text == "whole")
    }

    @Test func goesOnAfterDone() async throws {
        let closed = Signal<Void>()
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(Chunk.text("whole") + Chunk.done)
            while connection.chunk(Chunk.text(String(repeating: "more", count: 1_000))) {}
            closed.fire(())
        }
        defer { server.stop() }
        try await withUpstream { upstream in
            let outcome = await Outcome(of: call(server.baseURL), to: upstream)
            #expect(outcome.failure == nil && outcome.text == "whole")
            await closed.wait()
        }
    }

    @Test(arguments: [false, true])
    func hangsInTheMiddle(finished: Bool) async throws {
        let closed = Signal<Void>()
        let server = try RawServer { connection in
            connection.beginStream(first: Chunk.text("half") + (finished ? Chunk.finish : ""))
            connection.waitForClose()
            closed.fire(())
        }
        defer { server.stop() }
        var impatient = settings
        impatient.silenceTimeout = .milliseconds(100)
        let outcome = try await withUpstream(impatient) { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.failure == (finished ? nil : .timedOut) && outcome.text == "half")
        await closed.wait()
    }

    @Test func isOnlyAliveByComments() async throws {
        let longestPause = Signal<Duration>()
        let server = try RawServer { connection in
            connection.beginStream()
            var last = ContinuousClock.now
            var longest = Duration.zero
            for _ in 0..<12 {
                Thread.sleep(forTimeInterval: 0.25)
                connection.chunk(": still thinking\n\n")
                longest = max(longest, last.duration(to: .now))
                last = .now
            }
            connection.chunk(Chunk.text("at last") + Chunk.done)
            connection.endStream()
            longestPause.fire(longest)
        }
        defer { server.stop() }
        var impatient = settings
        impatient.silenceTimeout = .seconds(2)
        try await withUpstream(impatient) { upstream in
            var outcome = await Outcome(of: call(server.baseURL), to: upstream)
            // On a busy machine a comment may come as late as if there were none.
            while let longest = await longestPause.wait(), longest > .seconds(1) {
                outcome = await Outcome(of: call(server.baseURL), to: upstream)
            }
            #expect(outcome.failure == nil && outcome.text == "at last")
        }
    }

    @Test func sendsAnEventThatIsNoJSON() async throws {
        let outcome = try await outcome(ofStream: Chunk.text("half") + "data: <oops>\n\n" + Chunk.done)
        #expect(outcome.isGarbage && outcome.text == "half")
    }

    @Test func reportsAnErrorAfterSomeText() async throws {
        let error = "data: {\"error\":{\"message\":\"Out of memory, key sk-secret\"}}\n\n"
        let outcome = try await outcome(ofStream: Chunk.text("half") + error)
        #expect(outcome.failure == .brokenOff(message: "Out of memory, key [key]") && outcome.text == "half")
    }

    @Test func reportsAnErrorAsSuccess() async throws {
        let server = try RawServer {
            $0.answer("200 OK", "content-type: application/json\r\n", body: #"{"error":{"message":"No such model"}}"#)
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.failure == .brokenOff(message: "No such model"))
    }

    @Test func cutsAWholeCompletionShort() async throws {
        let server = try RawServer { connection in
            connection.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"cho")
            connection.end()
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.failure == .cut && !outcome.isRefusedAtOpen)
    }

    @Test func sendsAWholeCompletionWithoutEnd() async throws {
        let server = try RawServer { connection in
            connection.setPatience(milliseconds: 60_000)
            connection.beginStream("content-type: application/json\r\n")
            connection.chunk(#"{"choices":[{"message":{"content":""#)
            while connection.chunk(String(repeating: "x", count: 60_000)) {}
            connection.end()
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.isGarbage)
    }

    @Test func sendsALineOfAHundredMegabytes() async throws {
        let sent = Signal<Int>()
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(Chunk.text("half"))
            let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
            sent.fire((0..<1_000).first { _ in !connection.chunk(piece) } ?? 1_000)
            connection.end()
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.isGarbage && outcome.text == "half")
        let pieces = try #require(await sent.wait())
        #expect(pieces < 200, "closed after the longest line and what sockets hold")
    }

    @Test func mixesLineEndsAndCutsCharactersApart() async throws {
        let stream = Array(
            ("\u{FEFF}: hi\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"é€😀\"}}]}\r\rdata: {\"choices\":\n"
                + "data: [{\"finish_reason\":\"stop\"}]}\r\n\ndata:[DONE]\n\r\n").utf8)
        let server = try RawServer { connection in
            connection.beginStream()
            for byte in stream { connection.chunk([byte]) }
            connection.endStream()
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.failure == nil && outcome.events == [.text("é€😀"), .finished(.stop)])
    }

    @Test func breaksTheChunksThemselves() async throws {
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(Chunk.text("half"))
            connection.send("this is no chunk size\r\n")
        }
        defer { server.stop() }
        let outcome = try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
        #expect(outcome.isGarbage)
    }

    @Test func reportsUsageInEveryChunkAndOnceWithNumbersThatCannotBe() async throws {
        let outcome = try await outcome(
            ofStream: Chunk.usage(3, 1) + Chunk.text("a") + Chunk.usage(3, 2) + Chunk.usage(-1, 5) + Chunk.done)
        let usages = [1, 2].map { UpstreamEvent.usage(Usage(promptTokens: 3, completionTokens: $0, source: .reported)) }
        #expect(outcome.events == [usages[0], .text("a"), usages[1]] && outcome.failure == nil)
    }

    @Test func reportsNoUsage() async throws {
        let outcome = try await outcome(ofStream: Chunk.text("a") + Chunk.finish + Chunk.done)
        #expect(outcome.events == [.text("a"), .finished(.stop)])
    }

    private func outcome(ofStream stream: String) async throws -> Outcome {
        let server = try RawServer { connection in
            connection.beginStream()
            connection.chunk(stream.isEmpty ? ":\n" : stream)
            connection.endStream()
        }
        defer { server.stop() }
        return try await withUpstream { await Outcome(of: call(server.baseURL), to: $0) }
    }
}

extension Outcome {
    var isUnreachable: Bool { if case .unreachable = failure { true } else { false } }
    var isGarbage: Bool { if case .garbage = failure { true } else { false } }
}
