import Core
import Foundation
import Relay
import Testing
import Tokenizer

@testable import DemoUpstream

/// By the tables that `make vocabulary` built.
@Suite(.timeLimit(.minutes(5)))
struct RulerTests {
    static let tables: TokenCounters = {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let directory = ProcessInfo.processInfo.environment["SLUICE_TABLES"] ?? root.path + "/var/vocabulary"
        do {
            return try TokenCounters(directory: directory)
        } catch {
            preconditionFailure("\(error)\nThe tests need the token tables: make vocabulary")
        }
    }()
    let ruler = Ruler(tables)

    @Test(arguments: [
        "", " ", "Hello, world!", "hectares of  blanks   here ", "one\n\n\n- two\n/three\n    four\n",
        "it's 12345 o'clock",
        "水門は、開く。もう一度", "👩‍🌾🏳️‍🌈 é\u{301} 𒀀𒀁", "| 4 %\n|---|\r\n", "بوابة الماء",
    ])
    func chunksAddUpToTheCountOfTheirText(_ text: String) {
        expectSums(of: text)
    }

    @Test func soDoThoseOfALongReply() {
        var prose = Prose(question: "Wie tief ist das Wasser über dem Wehr? 👩‍🌾")
        let text = prose.text(atLeast: 3_000, by: ruler)
        expectSums(of: text)
        let chunks = ruler.chunks(text)
        #expect(chunks.tokens >= 3_000)
        #expect(chunks.filter { $0.tokens == 1 }.count * 100 >= chunks.count * 98, "hardly a chunk has several tokens")
    }

    private func expectSums(of text: String) {
        let chunks = ruler.chunks(text)
        #expect(chunks.joined == text)
        var sum = 0
        for (index, chunk) in chunks.enumerated() {
            sum += chunk.tokens
            #expect(Self.tables[.o200kBase].count(chunks[...index].map(\.text).joined()) == sum)
        }
    }

    @Test func chunksStayWithinAnyCap() {
        let chunks = ruler.chunks("Gates 👩‍🌾 open and close, as they always did.")
        for most in 0...chunks.tokens {
            let some = chunks.upTo(most)
            #expect(some.tokens <= most && some == Array(chunks.prefix(some.count)))
        }
        #expect(chunks.upTo(chunks.tokens) == chunks)
    }

    @Test(arguments: ["demo-small", "demo-large", "demo-thinker"], [30 as Int64, 4_000])
    func whatItReportsIsWhatAnybodyWouldCount(model: String, cap: Int64) async throws {
        var settings = hurried
        settings.ruler = ruler
        try await withStandIn(settings) { client in
            let call = client.call(model, "How deep is the water above the sluice?", cap: cap)
            let reply = try await withUpstream { try await Relayed(call, $0) }
            let usage = try #require(reply.usages.first)
            let counter = Self.tables[.o200kBase]
            #expect(Int(usage.completionTokens) == counter.count(reply.text) + counter.count(reply.reasoning))
            #expect(usage.completionTokens <= cap && (cap > 1_000 || usage.completionTokens == cap))
            let prompt = PromptCounter(Self.tables).count(
                messages: call.messages.map { PromptMessage(role: $0.role.rawValue, text: $0.content) }, model: "x",
                encoding: .o200kBase)
            #expect(Int(usage.promptTokens) == prompt.total)
            #expect(try await client.journal(of: call)?.completion == usage.completionTokens)
        }
    }
}
