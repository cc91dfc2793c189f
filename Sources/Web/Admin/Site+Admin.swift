import Hummingbird

extension Site {
    /// Below `/admin`, for admins only. Every request that changes something has shown its form token.
    func addAdminRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get { _, _ in redirect(to: "/admin/tiers") }
        addLimitsFileRoutes(to: routes)
        addLimitRoutes(to: routes)
        addTierRoutes(to: routes)
        addPeopleRoutes(to: routes)
        addPersonRoutes(to: routes)
        addPersonKeyRoutes(to: routes)
        addProjectRoutes(to: routes)
        addModelRoutes(to: routes)
        addUpstreamRoutes(to: routes)
        addOrganizationRoutes(to: routes)
        addUsageRoutes(to: routes)
        addHoldRoutes(to: routes)
        addAlertRoutes(to: routes)
        addHealthPageRoutes(to: routes)
        addAuditRoutes(to: routes)
    }
}
