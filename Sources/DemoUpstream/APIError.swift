import HTTPTypes
import Hummingbird
import NIOCore

/// An error as OpenAI's API words it.
struct APIError: Error, HTTPResponseError, Encodable {
    private struct Body: ResponseEncodable {
        var error: APIError
    }

    var status: HTTPResponse.Status
    var message: String
    var type = "invalid_request_error"
    var param: String?
    var code: String?

    enum CodingKeys: CodingKey {
        case message, type, param, code
    }

    /// All four keys always, as OpenAI does.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(message, forKey: .message)
        try container.encode(type, forKey: .type)
        try container.encode(param, forKey: .param)
        try container.encode(code, forKey: .code)
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = try Body(error: self).response(from: request, context: context)
        response.status = status
        if status == .tooManyRequests || status == .serviceUnavailable { response.headers[.retryAfter] = "7" }
        return response
    }

    static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(status: .badRequest, message: message, param: param, code: code)
    }

    static func noModel(_ name: String) -> APIError {
        APIError(
            status: .notFound, message: "The model `\(name)` does not exist.", param: "model", code: "model_not_found")
    }

    static func scripted(_ status: Int) -> APIError {
        APIError(
            status: .init(code: status), message: "The script asked for \(status).",
            type: status == 429 ? "requests" : "server_error", code: status == 429 ? "rate_limit_exceeded" : nil)
    }
}

/// Refuses requests without the key, where one is expected.
struct BearerKey: RouterMiddleware {
    typealias Context = DemoContext

    let expected: String?

    func handle(
        _ request: Request, context: DemoContext, next: (Request, DemoContext) async throws -> Response
    ) async throws -> Response {
        guard let expected, request.headers[.authorization] != "Bearer \(expected)" else {
            return try await next(request, context)
        }
        throw APIError(status: .unauthorized, message: "Incorrect API key provided.", code: "invalid_api_key")
    }
}
