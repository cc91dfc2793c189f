import Hummingbird

extension Site {
    func addHelpRoutes(to routes: RouterGroup<SiteContext>) {}
}
