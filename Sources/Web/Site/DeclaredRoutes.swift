import HTTPTypes
import Hummingbird

/// A router that remembers which methods each path has, to say of the others that they are not allowed there: the
/// framework by itself calls such a request not found.
final class DeclaredRoutes: RouterMethods {
    let router: Router<SiteContext>
    private var methods: [String: Set<HTTPRequest.Method>] = [:]

    init(_ router: Router<SiteContext>) {
        self.router = router
    }

    /// Each method with its path: `GET /chat`.
    var declared: [String] { methods.flatMap { path, methods in methods.map { "\($0) \(path)" } } }

    @discardableResult
    func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> Self where Responder.Context == SiteContext {
        methods[path.description, default: []].insert(method)
        router.on(path, method: method, responder: responder)
        return self
    }

    @discardableResult
    func add(middleware: any MiddlewareProtocol<Request, Response, SiteContext>) -> Self {
        router.add(middleware: middleware)
        return self
    }

    /// Last of all: answers every method that was not declared with 405 and those that were (RFC 9110, 15.5.6).
    func refuseOtherMethods() {
        for (path, declared) in methods {
            let allowed = declared.contains(.get) ? declared.union([.head]) : declared
            let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in Self.known where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw Failure.standard(.methodNotAllowed, headers: [.allow: names])
                }
            }
        }
    }

    private static let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
}
