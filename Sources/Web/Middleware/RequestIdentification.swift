import Core
import HTTPTypes
import Hummingbird
import Logging

/// Takes the request's id from nginx (`X-Request-ID`, always set there, so no client chooses it) or makes one, gives it
/// to the log, and returns it with every response.
struct RequestIdentification<Context: IdentifiedContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = request.headers[.xRequestID].flatMap(Self.identifier) ?? .random()
        context.logger[metadataKey: "request_id"] = "\(context.requestID)"
        var response = try await next(request, context)
        response.headers[.xRequestID] = context.requestID.rawValue
        return response
    }

    /// nil unless it is what nginx's `$request_id` looks like: it goes into logs and onto pages.
    private static func identifier(_ text: String) -> Core.RequestID? {
        let isHexadecimal = text.utf8.allSatisfy { $0.isASCIIDigit || (0x61...0x66).contains($0) }
        return text.utf8.count == 32 && isHexadecimal ? Core.RequestID(rawValue: text) : nil
    }
}

extension HTTPField.Name {
    static let xRequestID = HTTPField.Name("X-Request-ID")!
}
