import Core
import StrictJSON

/// Reads the answer to an API client's `POST /responses`, and passes it on: event by event as they came, or the response
/// alone that the last event carries.
///
/// What the last event repeats is only read where nothing came piece by piece.
///
/// Source: <https://platform.openai.com/docs/api-reference/responses-streaming>.
struct ResponseRelay: ReplyReader {
    private(set) var isDone = false
    var isFinished: Bool { isDone }
    /// The first events repeat the request's instructions and tools, the last one also the whole output.
    var eventLimits: EventStreamParser.Limits {
        .init(lineBytes: maxDocumentBytes, eventBytes: maxDocumentBytes)
    }
    var maxDocumentBytes: Int { 8 << 20 }
    /// What came piece by piece: text of any kind, the names of functions.
    private var (hasPieces, hasNames) = (false, false)
    private let request: APIRequest
    private let apiKey: String?

    init(_ request: APIRequest, hiding apiKey: String?) {
        self.request = request
        self.apiKey = apiKey
    }

    mutating func events(of event: ServerSentEvent) throws(UpstreamFailure) -> [UpstreamEvent] {
        // OpenAI sends none here; some compatible servers do.
        if event.isDone { return [] }
        let root = try JSONDocument(fromUpstream: event.data).root
        let said = try events(of: root)
        guard request.answer != .document else { return said }
        return said + [.passage(event.framed())]
    }

    mutating func events(ofWhole body: [UInt8]) throws(UpstreamFailure) -> [UpstreamEvent] {
        let response = try JSONDocument(fromUpstream: body).root
        guard request.answer != .document else { return try end(with: response) }
        guard response.member("output") != nil else {
            guard let error = response.member("error") else { throw .garbage(detail: "no output") }
            throw .brokenOff(UpstreamErrorBody.Complaint(error).message, hiding: apiKey)
        }
        return try end(with: response) + [.passage(lastEvent(with: response).framed())]
    }

    /// What a stream would have ended with: of an upstream that does not stream, all there is.
    private func lastEvent(with response: JSONNode) throws(UpstreamFailure) -> ServerSentEvent {
        let status = try response.text("status") ?? ""
        let type = "response." + (["completed", "incomplete"].contains(status) ? status : "failed")
        let event = JSONValue.object([
            JSONValue.Member("type", .string(type)), JSONValue.Member("sequence_number", .number(0)),
            JSONValue.Member("response", JSONValue(response)),
        ])
        return ServerSentEvent(type: type, data: event.bytes)
    }

    private mutating func events(of root: JSONNode) throws(UpstreamFailure) -> [UpstreamEvent] {
        switch try root.text("type") ?? "" {
        case "response.output_text.delta", "response.refusal.delta": return try delta(of: root, UpstreamEvent.text)
        case "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
            return try delta(of: root, UpstreamEvent.reasoning)
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            return try delta(of: root, UpstreamEvent.toolCall)
        case "response.output_item.added":
            guard let name = try root.object("item")?.text("name"), !name.isEmpty else { return [] }
            hasNames = true
            return [.toolCall(name)]
        case "response.completed", "response.incomplete", "response.failed":
            guard let response = try root.object("response") else { throw .garbage(detail: "no response") }
            return try end(with: response)
        case "error": throw .brokenOff(UpstreamErrorBody.Complaint(root).message, hiding: apiKey)
        default: return []
        }
    }

    private mutating func delta(
        of root: JSONNode, _ event: (String) -> UpstreamEvent
    ) throws(UpstreamFailure) -> [UpstreamEvent] {
        guard let text = try root.text("delta"), !text.isEmpty else { return [] }
        hasPieces = true
        return [event(text)]
    }

    /// A stream passes a failure on as it was said; who waits for a document gets an error.
    private mutating func end(with response: JSONNode) throws(UpstreamFailure) -> [UpstreamEvent] {
        if request.answer == .document, let error = response.member("error") {
            throw .brokenOff(UpstreamErrorBody.Complaint(error).message, hiding: apiKey)
        }
        isDone = true
        let said = hasPieces ? [] : try ResponseOutput(response).events(withNames: !hasNames)
        let usage = try response.object("usage").map(ReportedUsage.init(response:))?.usage
        return try response.servedModel + said + (usage.map { [.usage($0)] } ?? [])
            + [.finished(try reason(of: response))]
            + (request.answer == .document ? [.document(Array(response.bytes))] : [])
    }

    private func reason(of response: JSONNode) throws(UpstreamFailure) -> FinishReason {
        switch try response.text("status") {
        case "completed": .stop
        case "incomplete": .length
        default: .other
        }
    }
}
