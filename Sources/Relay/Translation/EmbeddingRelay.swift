import Core
import StrictJSON

/// Reads the answer to `POST /embeddings`, which comes in one piece, and passes it on as it came.
///
/// Source: <https://platform.openai.com/docs/api-reference/embeddings/create>.
struct EmbeddingRelay: ReplyReader {
    private(set) var isDone = false
    var isFinished: Bool { isDone }
    /// Two thousand vectors.
    var maxDocumentBytes: Int { 32 << 20 }
    private let apiKey: String?

    init(hiding apiKey: String?) {
        self.apiKey = apiKey
    }

    mutating func events(of event: ServerSentEvent) throws(UpstreamFailure) -> [UpstreamEvent] {
        throw .garbage(detail: "embeddings as a stream")
    }

    mutating func events(ofWhole body: [UInt8]) throws(UpstreamFailure) -> [UpstreamEvent] {
        let root = try JSONDocument(fromUpstream: body).root
        if let error = root.member("error") {
            throw .brokenOff(UpstreamErrorBody.Complaint(error).message, hiding: apiKey)
        }
        guard root["data"]?.kind == .array else { throw .garbage(detail: "no data") }
        isDone = true
        let usage = try root.object("usage").map(ReportedUsage.init(completion:))?.usage
        return try root.servedModel + (usage.map { [.usage($0)] } ?? []) + [.finished(.stop), .document(body)]
    }
}
