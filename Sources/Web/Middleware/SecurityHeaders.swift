import HTTPTypes
import Hummingbird

/// The headers that tell a browser what our pages never do. A header that a handler already set stays.
///
/// Source: the HTTP Headers cheat sheet of OWASP; ASVS 5.0, chapter 3.4.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
    let address: PublicAddress

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in browserRules where response.headers[name] == nil { response.headers[name] = value }
        if address.isSecure { response.headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains" }
        return response
    }
}

/// No inline script or style anywhere, hence no nonce; markup enters the document through one named policy only.
private let contentSecurityPolicy = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
    form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types html
    """

private let browserRules: [(HTTPField.Name, String)] = [
    (.contentSecurityPolicy, contentSecurityPolicy),
    (.xContentTypeOptions, "nosniff"),
    (.cacheControl, "no-store"),
    (HTTPField.Name("Referrer-Policy")!, "no-referrer"),
    (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
    (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
    (HTTPField.Name("Permissions-Policy")!, "camera=(), microphone=(), geolocation=()"),
    (HTTPField.Name("X-Frame-Options")!, "DENY"),
]
