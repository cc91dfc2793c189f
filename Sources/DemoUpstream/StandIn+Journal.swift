import Hummingbird

extension StandIn {
    private struct Requests: ResponseEncodable {
        var requests: [Journal.Row]
    }

    /// `GET /demo/requests?id=`: what was asked and produced.
    func requests(_ request: Request) throws -> some ResponseGenerator {
        Requests(requests: journal.rows(id: request.uri.queryParameters.get("id")))
    }

    /// `DELETE /demo/requests`
    func forgetRequests() -> HTTPResponse.Status {
        journal.clear()
        return .noContent
    }
}
