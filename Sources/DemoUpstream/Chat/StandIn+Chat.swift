import Hummingbird

extension StandIn {
    /// `POST /v1/chat/completions`
    func chat(_ request: Request, _ context: DemoContext) async throws -> Response {
        let arrival = try await Arrival(request, context)
        return try await reply(to: arrival, arrival.decode(ChatRequest.self).ask(), as: ChatWire.self)
    }
}
