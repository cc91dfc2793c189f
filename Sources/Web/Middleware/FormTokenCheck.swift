import Core
import HTTPTypes
import Hummingbird

/// Refuses a form of the admin panel that does not carry the token of the session: the second lock beside
/// `CrossOriginProtection`.
struct FormTokenCheck: RouterMiddleware {
    typealias Context = SiteContext

    private struct Form: Decodable {
        let token: String
    }

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        if [.get, .head].contains(request.method) { return try await next(request, context) }
        var request = request
        // Read once and kept, so that the handler can read it again.
        _ = try await request.collectBody(upTo: Request.maxFormBytes)
        let form = try await request.form(Form.self)
        guard let session = context.visit.sessionToken, FormToken.isValid(form.token, session: session) else {
            throw Failure.staleForm
        }
        return try await next(request, context)
    }
}
