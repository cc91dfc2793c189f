import Core
import HTTPTypes
import Hummingbird
import Logging

/// Finds out who is asking and what the browser remembers. It refuses nobody: pages that need somebody stand behind
/// `SignedInOnly`.
struct VisitReading: RouterMiddleware {
    typealias Context = SiteContext

    let sessions: any Sessions
    let cookies: SiteCookies

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.visit.theme = cookies.theme(in: request)
        context.visit.notice = cookies.notice(in: request)
        await findAsker(request, &context)
        var response = try await next(request, context)
        if context.visit.notice != nil, response.isPage { response.setCookie(cookies.noticeCleared) }
        return response
    }

    /// A store that fails is the trouble of the pages that need it, not of `/healthz`.
    private func findAsker(_ request: Request, _ context: inout SiteContext) async {
        guard let token = cookies.session.token(in: request) else { return }
        do {
            context.visit.signedIn = try await sessions.signedIn(with: token)
            context.visit.sessionToken = context.signedIn == nil ? nil : token
        } catch {
            context.visit.failure = error
        }
        if let person = context.signedIn?.person { context.logger[metadataKey: "person"] = "\(person.id)" }
    }
}

extension Response {
    var isPage: Bool { headers[.contentType]?.hasPrefix("text/html") == true }
}
