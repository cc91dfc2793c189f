import Core
import Testing

@testable import Relay

struct EmbeddingRelayTests {
    private static let list =
        #" {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10,-1e-05]}],"model":"e-1","usage":{"prompt_tokens":8,"total_tokens":8}} "#

    @Test func theAnswerGoesAsItCameAndItsUsageIsRead() throws {
        let reading = try Reading(ask(.embeddings, answer: .document), whole: Self.list)
        let usage = Usage(promptTokens: 8, completionTokens: 0, source: .reported)
        #expect(
            reading.events == [
                .servedModel("e-1"), .usage(usage), .finished(.stop), .document(Array(Self.list.utf8)),
            ])
        #expect(reading.reader.isDone && reading.reader.isFinished)
    }

    @Test func withoutUsageTheGateCounts() throws {
        let reading = try Reading(ask(.embeddings, answer: .document), whole: #"{"data":[],"model":""}"#)
        #expect(reading.said == [.finished(.stop)])
    }

    @Test func anErrorBreaksOffAndHidesTheKey() {
        #expect(throws: UpstreamFailure.brokenOff(message: "No [key]")) {
            try Reading(ask(.embeddings, answer: .document), whole: #"{"error":{"message":"No sk-secret"}}"#)
        }
    }

    @Test(arguments: ["{}", #"{"data":{}}"#, "[]", "nonsense", #"{"data":[],"usage":7}"#])
    func whatIsNoListIsGarbage(body: String) {
        let failure = #expect(throws: UpstreamFailure.self) {
            try Reading(ask(.embeddings, answer: .document), whole: body)
        }
        guard case .garbage = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func aStreamIsGarbage() {
        #expect(throws: UpstreamFailure.garbage(detail: "embeddings as a stream")) {
            try Reading(ask(.embeddings, answer: .document), "{}")
        }
    }
}
