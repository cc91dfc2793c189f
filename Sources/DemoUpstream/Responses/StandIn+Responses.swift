import Hummingbird

extension StandIn {
    /// `POST /v1/responses`
    func responses(_ request: Request, _ context: DemoContext) async throws -> Response {
        let arrival = try await Arrival(request, context)
        let ask = try arrival.decode(ResponseRequest.self).ask(by: settings.ruler)
        return try await reply(to: arrival, ask, as: ResponseWire.self)
    }
}
