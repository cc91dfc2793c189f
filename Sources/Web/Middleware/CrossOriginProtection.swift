import HTTPTypes
import Hummingbird

/// Refuses requests that change something and come from another site's page (cross-site request forgery).
///
/// `Sec-Fetch-Site` decides where the browser sends it, which it does to `https` and `localhost` only; elsewhere the
/// `Origin` decides; where neither came, nothing vouches for the request and it is refused. A request with a bearer
/// token is let through: no other site's page can make a browser send one unasked, and the cookie is ignored beside it.
///
/// Source: OWASP's cheat sheet on cross-site request forgery; Go's `http.CrossOriginProtection`.
struct CrossOriginProtection<Context: RequestContext>: RouterMiddleware {
    let address: PublicAddress

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard allows(request.head) else { throw Failure.foreignOrigin }
        var response = try await next(request, context)
        response.headers[values: .vary].append("Sec-Fetch-Site, Origin")
        return response
    }

    func allows(_ request: HTTPRequest) -> Bool {
        if [.get, .head, .options].contains(request.method) { return true }
        // Programs come with a key that no browser sends by itself; what one does send, its cookie, counts nothing there.
        if request.path?.hasPrefix("/v1/") == true { return true }
        if request.headerFields[.authorization]?.lowercased().hasPrefix("bearer ") == true { return true }
        if let site = request.headerFields[.secFetchSite] { return site == "same-origin" }
        return request.headerFields[.origin].map { isOurs($0, host: request.authority) } ?? false
    }

    /// Ours is the configured address, and the very host that was asked, so that the page also works under the
    /// machine's other names. A foreign page cannot choose the `Host` of the request apart from its own `Origin`.
    private func isOurs(_ origin: String, host: String?) -> Bool {
        if origin.lowercased() == address.origin { return true }
        return host.map { origin.lowercased() == "\(address.scheme)://\($0.lowercased())" } ?? false
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
