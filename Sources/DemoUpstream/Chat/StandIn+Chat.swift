import Hummingbird

extension StandIn {
    /// `POST /v1/chat/completions`
    func chat(_ request: Request, _ context: DemoContext) async throws -> Response {
        let arrival = try await Arrival(request, context)
        let ask = try arrival.decode(ChatRequest.self).ask(by: settings.ruler)
        return try await reply(to: arrival, ask, as: ChatWire.self)
    }
}
