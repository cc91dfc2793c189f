import Hummingbird
import NIOCore

extension StandIn {
    /// Answers what is asked on the wire of its endpoint, and writes it down.
    func reply<Wire: ReplyWire>(
        to arrival: Arrival, _ ask: Ask, as _: Wire.Type
    ) async throws -> Response {
        try ask.check()
        let reply = try Reply(ask, headers: arrival.headers, defaultSpeed: settings.tokensPerSecond)
        let tally = journal.begin(Journal.Row(reply, id: arrival.id), body: arrival.body)
        if let instead = try await tally.refusing({ try await reply.script.opening.perform(arrival.context) }) {
            return instead
        }
        let run = ReplyRun(
            reply: reply, wire: Wire(reply, id: tally.id), tally: tally, context: arrival.context,
            firstToken: arrival.time + TimeAmount(settings.firstTokenDelay))
        return try await ask.isStream ? run.stream() : run.whole()
    }
}

extension Tally {
    /// Ends the row where there is another answer than what was asked for, or an error.
    func refusing(_ open: () async throws -> Response?) async throws -> Response? {
        do {
            let instead = try await open()
            if instead != nil { end(.refused) }
            return instead
        } catch {
            end(.refused)
            throw error
        }
    }
}

extension Script.Opening {
    /// - Returns: what the script answers with instead; nil where the request is to be answered.
    func perform(_ context: DemoContext) async throws -> Response? {
        switch self {
        case .answer: return nil
        case .refuse: try await context.hangUp()
        case .reset: try await context.reset()
        case .hang: try await context.hang()
        case .error(let status): throw APIError.scripted(status)
        case .html: return .page
        case .redirect: return .redirect(to: "/v1/elsewhere", type: .temporary)
        case .gzip: return .encoded
        }
    }
}

extension Response {
    fileprivate static let page = Response(
        status: .ok, headers: [.contentType: "text/html"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "<!doctype html><title>Welcome</title><h1>It works</h1>")))

    /// Says that it is compressed; a reader that believes it finds no gzip.
    fileprivate static let encoded = Response(
        status: .ok, headers: [.contentType: "text/event-stream", .contentEncoding: "gzip"],
        body: ResponseBody(byteBuffer: ByteBuffer(repeating: 0x1F, count: 1_024)))
}

extension Journal.Row {
    fileprivate init(_ reply: Reply, id: String) {
        self.init(
            id: id, endpoint: reply.ask.endpoint, model: reply.ask.model, script: reply.script.name,
            isStream: reply.ask.isStream, choices: reply.choices.count, maxTokens: reply.ask.cap,
            promptTokens: reply.promptTokens, cachedTokens: reply.cachedTokens, reasoningTokens: reply.reasoningTokens)
    }
}
