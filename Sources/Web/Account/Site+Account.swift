import Hummingbird

extension Site {
    /// What people see and change about themselves.
    func addAccountRoutes(to routes: RouterGroup<SiteContext>) {}
}
