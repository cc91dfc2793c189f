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
            ErrorResponses(templates: templates, time: ports.time) { $0.visit.theme }
            CrossOriginProtection(address: settings.address)
        }
        addRoutes(to: DeclaredRoutes(router))
        return router
    }

    private func addRoutes(to routes: DeclaredRoutes) {
        addHealthRoutes(to: routes.group())
        addMetricsRoute(to: routes.group())
        addSignInRoutes(to: routes.group())
        addFirstAdminRoutes(to: routes.group())
        addAPIRoutes(to: routes.group("v1"))
        addInvitationRoutes(to: routes.group())
        let signedInOnly = SignedInOnly(askToSignIn: askToSignIn)
        addRoutesForPeople(to: routes.group().add(middleware: signedInOnly))
        addAdminRoutes(
            to: routes.group("admin").add(middleware: signedInOnly).add(middleware: AdminsOnly())
                .add(middleware: FormTokenCheck()))
        routes.refuseOtherMethods()
    }

    private func addRoutesForPeople(to routes: RouterGroup<SiteContext>) {
        routes.get("/") { _, _ in redirect(to: "/chat") }
        addAccountRoutes(to: routes)
        addHelpRoutes(to: routes)
        addChatRoutes(to: routes)
    }
}
