import Core
import HTTPTypes
import Hummingbird
import NIOCore

/// `/metrics`, for a monitoring system that reads Prometheus' text format. Without anybody to read it, it is not there.
extension Site {
    func addMetricsRoute(to routes: RouterGroup<SiteContext>) {
        routes.get("metrics", use: showMetrics)
    }

    private func showMetrics(_ request: Request, _ context: SiteContext) async throws -> Response {
        guard !settings.metrics.isOff else { throw Failure.standard(.notFound) }
        guard settings.metrics.admits(request.headers[.authorization], from: context.remoteAddress) else {
            var response = Response.plain("not for you\n", status: .unauthorized)
            response.headers[.wwwAuthenticate] = "Bearer"
            return response
        }
        let text = MetricsText(try await ports.metrics.reading(), version: settings.version).text
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
