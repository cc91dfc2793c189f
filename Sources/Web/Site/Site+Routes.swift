public import Hummingbird

extension Site {
    /// Every route, ready to answer.
    public func responder() -> some HTTPResponder<SiteContext> {
        router().buildResponder()
    }

    func router() -> Router<SiteContext> {
        let router = Router(context: SiteContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            RequestIdentification()
            SecurityHeaders(address: settings.address)
            VisitReading(sessions: ports.sessions, cookies: cookies)
            AccessLog()
            ErrorResponses(templates: templates, time: ports.time)
            CrossOriginProtection(address: settings.address)
        }
        addHealthRoutes(to: router.group())
        addSignInRoutes(to: router.group())
        addRoutesForPeople(to: router.group().add(middleware: SignedInOnly()))
        addRoutesForAdmins(
            to: router.group("admin").add(middleware: SignedInOnly()).add(middleware: AdminsOnly())
                .add(middleware: FormTokenCheck()))
        return router
    }

    private func addRoutesForPeople(to routes: RouterGroup<SiteContext>) {
        routes.get("/") { _, _ in redirect(to: "/chat") }
        addAccountRoutes(to: routes)
        addHelpRoutes(to: routes)
        addChatRoutes(to: routes)
    }

    private func addRoutesForAdmins(to routes: RouterGroup<SiteContext>) {
        addAdminRoutes(to: routes)
    }
}
