import Hummingbird

extension StandIn {
    /// `POST /v1/responses`
    func responses(_ request: Request, _ context: DemoContext) async throws -> Response {
        let arrival = try await Arrival(request, context)
        return try await reply(to: arrival, arrival.decode(ResponseRequest.self).ask(), as: ResponseWire.self)
    }
}
