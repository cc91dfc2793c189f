import Hummingbird

extension Site {
    /// The chats of whoever is signed in.
    func addChatRoutes(to routes: RouterGroup<SiteContext>) {}
}
