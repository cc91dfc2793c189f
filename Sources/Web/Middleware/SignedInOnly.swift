import Core
import HTTPTypes
import Hummingbird
import Logging

/// Lets people through who are signed in, and shows the others the way: a page leads to the sign-in and from there back,
/// a script learns that it has to.
struct SignedInOnly: RouterMiddleware {
    typealias Context = SiteContext

    /// The way to the sign-in.
    let askToSignIn: @Sendable (Request, SiteContext) async throws -> Response

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        if context.signedIn != nil { return try await next(request, context) }
        if let failure = context.visit.failure { throw failure }
        guard ErrorForm(request) == .page, !request.isEventStream else { throw Failure.notSignedIn }
        return try await askToSignIn(request, context)
    }
}

/// Lets admins through. The admin panel is no secret, only closed.
struct AdminsOnly: RouterMiddleware {
    typealias Context = SiteContext

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        guard context.signedIn?.person.isAdmin == true else {
            context.logger.notice("Somebody who is no admin asked for the admin panel")
            throw Failure.notAdmin
        }
        return try await next(request, context)
    }
}

extension Request {
    fileprivate var isEventStream: Bool { headers[.accept]?.contains("text/event-stream") == true }
}
