import Hummingbird

extension StandIn {
    /// `POST /v1/embeddings`
    ///
    /// A script's opening and what it says of the usage count here; there is no stream that could break.
    func embeddings(_ request: Request, _ context: DemoContext) async throws -> Response {
        let arrival = try await Arrival(request, context)
        let asked = try arrival.decode(EmbeddingRequest.self)
        try asked.check()
        let script = try Script(arrival.headers) ?? EmbeddingRequest.script(asked.model)
        let items = asked.input.items(by: settings.ruler)
        let tokens = items.reduce(0) { $0 + $1.tokens }
        let row = Journal.Row(
            id: arrival.id, endpoint: "/v1/embeddings", model: asked.model, script: script.name,
            choices: items.count, promptTokens: tokens)
        let tally = journal.begin(row, body: arrival.body)
        if let instead = try await tally.refusing({ try await script.opening.perform(context) }) { return instead }
        tally.end(.finished)
        return try EmbeddingList(asked, items, tokens, script).response(from: request, context: context)
    }
}

extension EmbeddingRequest {
    fileprivate static func script(_ model: String) throws -> Script {
        if model == "demo-embedding" { return Script() }
        guard model.hasPrefix(Script.faultPrefix), let fault = DemoModel(model) else { throw APIError.noModel(model) }
        return fault.script
    }
}

extension EmbeddingList {
    fileprivate init(_ asked: EmbeddingRequest, _ items: [TextInput.Item], _ tokens: Int, _ script: Script) {
        data = items.enumerated().map { index, item in
            let vector = Vector(
                of: item.text, dimensions: asked.dimensions ?? 64, format: asked.encodingFormat ?? .float)
            return Item(index: index, embedding: vector)
        }
        model = asked.model
        usage = ReportedUsage(prompt: tokens, completion: 0).reports(script).last.map {
            Usage(promptTokens: $0.prompt, totalTokens: $0.prompt)
        }
    }
}
