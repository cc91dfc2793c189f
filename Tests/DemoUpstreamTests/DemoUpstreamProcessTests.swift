import Core
import Foundation
import Relay
import Testing

@testable import DemoUpstream

/// The executable itself.
@Suite(.timeLimit(.minutes(1)))
struct DemoUpstreamProcessTests {
    @Test func servesAndStopsOnSIGTERMThoughAReplyHangs() async throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "demo-upstream")
        process.arguments = ["--port", "0", "--tokens-per-second", "0"]
        process.standardOutput = output
        let (lines, said) = AsyncStream<String>.makeStream()
        output.fileHandleForReading.readabilityHandler = {
            said.yield(String(decoding: $0.availableData, as: UTF8.self))
        }
        let (ended, end) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        // It is told to stop below; if it does not, nothing may wait for it.
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

        let line = try #require(await lines.first { _ in true })
        output.fileHandleForReading.readabilityHandler = nil
        let baseURL = try #require(line.split(whereSeparator: \.isWhitespace).last)
        let call = UpstreamCall(
            requestID: .random(), endpoint: UpstreamEndpoint(baseURL: String(baseURL), apiKey: nil),
            model: "demo-fault-hang-after-2", body: .messages([ChatMessage(role: .user, content: "Hi")]),
            maxCompletionTokens: 9)
        try await withUpstream { upstream in
            var events = try await upstream.open(call).events.makeAsyncIterator()
            while let event = try await events.next() {
                if case .text = event { break }
            }
            process.terminate()
            await #expect(throws: UpstreamFailure.cut) { while try await events.next() != nil {} }
        }
        for await _ in ended {}
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }
}
