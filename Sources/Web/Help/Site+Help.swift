import Core
import Hummingbird

extension Site {
    func addHelpRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("help/limits", use: showLimits)
    }

    private func showLimits(_ request: Request, _ context: SiteContext) async throws -> Response {
        let person = try context.asker().person
        let page = HelpLimitsPage(
            frame: try await frame(words("Limits"), .help, for: context), limits: try await limitRows(of: person))
        return response(page)
    }
}
