import Hummingbird

extension StandIn {
    /// `POST /v1/completions`
    func completions(_ request: Request, _ context: DemoContext) async throws -> Response {
        let arrival = try await Arrival(request, context)
        return try await reply(to: arrival, arrival.decode(CompletionRequest.self).ask(), as: CompletionWire.self)
    }
}
