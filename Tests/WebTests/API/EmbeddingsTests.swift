import Core
import GateTestSupport
import Store
import Testing

@testable import Web

/// `POST /v1/embeddings` over a real gate and store; the upstream is played.
struct EmbeddingsTests {
    @Test func theyComeInOnePieceWhateverIsSaidOfStreams() async throws {
        let program = try await Program(TestSite())
        async let answer = program.post(
            "/v1/embeddings", #"{"model":"small","input":["ab","c"],"stream":true,"dimensions":8}"#)
        let upstream = await program.site.upstream.next()
        let document = #"{"object":"list","data":[]}"#
        upstream.send(
            .usage(Usage(promptTokens: 3, completionTokens: 0, source: .reported)), .document(Array(document.utf8)))
        upstream.finish()
        #expect(try await answer.text == document)
        #expect(
            String(decoding: upstream.call.body.api?.members ?? [], as: UTF8.self)
                == #""input":["ab","c"],"dimensions":8"#)
        #expect(try await program.used() == 3)
    }

    @Test func tokensCountAsManyAsTheyAre() async throws {
        let program = try await Program(TestSite())
        async let answer = program.post("/v1/embeddings", #"{"model":"small","input":[[1,2,3],[4]]}"#)
        let upstream = await program.site.upstream.next()
        let held = try await program.site.store.ledger.openHolds().map(\.promptTokens)
        upstream.send(.document(Array("{}".utf8)))
        upstream.finish()
        _ = try await answer
        #expect(held == [4])
    }
}
