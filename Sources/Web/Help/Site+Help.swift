import Core
import Hummingbird

extension Site {
    func addHelpRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("help/limits", use: showLimits)
    }

    private func showLimits(_ request: Request, _ context: SiteContext) async throws -> Response {
        let person = try context.asker().person
        guard let tier = try await ports.tiers.tier(person.tier) else { throw NotFound() }
        let page = HelpLimitsPage(
            frame: try await frame(words("Limits"), .help, for: context), limits: try await limitRows(of: person),
            tier: tier, organization: try await ports.organizations.current(), words: words)
        return response(page)
    }
}
