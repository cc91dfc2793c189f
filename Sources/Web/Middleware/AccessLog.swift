import HTTPTypes
import Hummingbird
import Logging

/// One line for each request, when its response begins: the route as it is declared, never the address itself, which may
/// carry the secret of a link or the words of a search.
struct AccessLog: RouterMiddleware {
    typealias Context = SiteContext

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        context.logger.info(
            "Answered a request",
            metadata: [
                "method": "\(request.method)",
                "route": "\(context.endpointPath ?? "")",
                "status": "\(response.status.code)",
                "microseconds": "\((ContinuousClock.now - start).microseconds)",
                "address": "\(context.remoteAddress)",
            ])
        return response
    }
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
