import Core
import HTTPTypes
import Hummingbird
import Logging

/// Gives the request's id to the log, and returns it with every response.
struct RequestIdentification<Context: IdentifiedContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.logger[metadataKey: "request_id"] = "\(context.requestID)"
        var response = try await next(request, context)
        response.headers[.xRequestID] = context.requestID.rawValue
        return response
    }
}

extension HTTPField.Name {
    static let xRequestID = HTTPField.Name("X-Request-ID")!
}
