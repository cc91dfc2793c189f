import Hummingbird

extension StandIn {
    /// `POST /v1/completions`
    func completions(_ request: Request, _ context: DemoContext) async throws -> Response {
        let arrival = try await Arrival(request, context)
        let ask = try arrival.decode(CompletionRequest.self).ask(by: settings.ruler)
        return try await reply(to: arrival, ask, as: CompletionWire.self)
    }
}
