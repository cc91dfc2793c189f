import Core
import StrictJSON

/// Reads the reply to an API client's chat or legacy completion, and passes it on: chunk by chunk as they came, or
/// gathered into the document that a client expects who does not stream.
///
/// Whole when `[DONE]` came, or every choice that was asked for said why it finished.
struct CompletionRelay: ReplyReader {
    private(set) var isDone = false
    private var finishedChoices: Set<Int64> = []
    private var servedModel: String?
    private var assembly: CompletionAssembly?
    private let request: APIRequest
    private let apiKey: String?

    init(_ request: APIRequest, hiding apiKey: String?) {
        self.request = request
        self.apiKey = apiKey
        if request.answer == .document { assembly = CompletionAssembly() }
    }

    var isFinished: Bool { finishedChoices.count >= request.replies }

    mutating func events(of event: ServerSentEvent) throws(UpstreamFailure) -> [UpstreamEvent] {
        if event.isDone {
            isDone = true
            return lastEvents()
        }
        if let complaint = event.complaint { throw .brokenOff(complaint, hiding: apiKey) }
        let root = try JSONDocument(fromUpstream: event.data).root
        let chunk = try ChatCompletionChunk(root)
        let said = try events(of: chunk)
        guard assembly == nil else {
            assembly?.add(root)
            return said
        }
        return said + passage(of: event, root, chunk)
    }

    mutating func events(ofWhole body: [UInt8]) throws(UpstreamFailure) -> [UpstreamEvent] {
        let root = try JSONDocument(fromUpstream: body).root
        let whole = try ChatCompletionChunk(root)
        guard whole.error != nil || whole.hasChoices else { throw .garbage(detail: "no choices") }
        isDone = true
        let said = try events(of: whole)
        guard case .stream(let withUsage) = request.answer else { return said + [.document(body)] }
        let chunks = CompletionAssembly.chunks(of: JSONValue(root), withUsage: withUsage)
        return said + chunks.map { .passage(ServerSentEvent(type: "message", data: $0.bytes).framed()) }
    }

    mutating func lastEvents() -> [UpstreamEvent] {
        defer { assembly = nil }
        return assembly.map { [.document($0.document.bytes)] } ?? []
    }

    private mutating func events(of chunk: ChatCompletionChunk) throws(UpstreamFailure) -> [UpstreamEvent] {
        if let error = chunk.error { throw .brokenOff(error.message, hiding: apiKey) }
        for choice in chunk.choices where choice.finishReason != nil { finishedChoices.insert(choice.index) }
        defer { servedModel = chunk.model ?? servedModel }
        return chunk.modelEvents(after: servedModel) + chunk.choices.flatMap(\.events) + chunk.usageEvents
    }

    /// The chunk as it came, but for the usage that the client did not ask for.
    private func passage(
        of event: ServerSentEvent, _ root: JSONNode, _ chunk: ChatCompletionChunk
    ) -> [UpstreamEvent] {
        guard request.answer == .stream(withUsage: false), root["usage"] != nil else {
            return [.passage(event.framed())]
        }
        if chunk.usage != nil && !chunk.hasChoices { return [] }
        let rest = root.members { $0.name != "usage" }
        return [.passage(event.framed([UInt8(ascii: "{")] + rest + [UInt8(ascii: "}")]))]
    }
}
