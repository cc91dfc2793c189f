import HTTPTypes
import Hummingbird
import Logging

extension Site {
    /// For whoever watches the service: is the worker alive, and can it serve?
    func addHealthRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("healthz") { _, _ in Response.plain("ok\n") }
        routes.get("readyz", use: readiness)
    }

    /// The store answers and its schema is ours (it is brought up to date when it is opened), and prompts can be counted.
    private func readiness(_ request: Request, _ context: SiteContext) async throws -> Response {
        do {
            _ = try await ports.probes.store()
        } catch {
            context.logger.error("The store is not well", metadata: ["error": "\(error)"])
            return .plain("the store is not well\n", status: .serviceUnavailable)
        }
        guard await !ports.probes.encodings().isEmpty else {
            return .plain("there are no tables to count tokens with\n", status: .serviceUnavailable)
        }
        return .plain("ready\n")
    }
}
