import Hummingbird

extension StandIn {
    private struct Requests: ResponseEncodable {
        var requests: [Journal.Row]
    }

    /// `GET /demo/requests?id=`: what was asked and produced.
    func requests(_ request: Request) throws -> some ResponseGenerator {
        Requests(requests: journal.rows(id: request.uri.queryParameters.get("id")))
    }

    /// `GET /demo/body?id=`: the body of a request, byte by byte as it arrived.
    func body(_ request: Request) throws -> Response {
        guard let body = journal.body(id: request.uri.queryParameters.get("id") ?? "") else {
            throw HTTPError(.notFound)
        }
        return Response(status: .ok, headers: .json, body: ResponseBody(byteBuffer: body))
    }

    /// `DELETE /demo/requests`
    func forgetRequests() -> HTTPResponse.Status {
        journal.clear()
        return .noContent
    }
}
