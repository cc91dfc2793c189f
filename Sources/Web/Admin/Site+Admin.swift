import Hummingbird

extension Site {
    /// Below `/admin`, for admins only. Every request that changes something has shown its form token.
    func addAdminRoutes(to routes: RouterGroup<SiteContext>) {}
}
