import Hummingbird

extension Site {
    /// The ways in and out, for everybody.
    func addSignInRoutes(to routes: RouterGroup<SiteContext>) {}
}
