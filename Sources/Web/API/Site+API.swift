import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

/// `/v1`: OpenAI's interface for programs. What spends tokens goes through the gate, and nothing else is relayed.
extension Site {
    func addAPIRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("openapi.json") { _, _ in
            Response.json(OpenAPIDocument(address: settings.address, version: settings.version).value)
        }
        let routes = routes.add(middleware: KeyHoldersOnly(keys: ports.keys)).add(
            middleware: RateLimitHeaders(site: self))
        addMeteredRoutes(to: routes)
        routes.get("models", use: listModels)
        // A model's name may have a slash in it.
        routes.get("models/**", use: showModel)
        routes.get("balance", use: showBalance)
    }

    private func addMeteredRoutes(to routes: RouterGroup<SiteContext>) {
        let readers: [(String, @Sendable (APIValue) throws -> APIQuestion)] = [
            ("chat/completions", { try APIQuestion(chatCompletion: $0) }),
            ("completions", { try APIQuestion(completion: $0) }),
            ("embeddings", { try APIQuestion(embedding: $0) }),
            ("responses", { try APIQuestion(response: $0) }),
        ]
        for (path, read) in readers {
            routes.post(RouterPath(path)) { request, context in
                let body = try await request.json()
                let key = try request.idempotencyKey(of: try context.caller(), body)
                return try await APIAnswer(site: self, context: context, question: try read(body), key: key)
                    .respond(to: request)
            }
        }
        routes.post("chat") { request, context in
            try await SmallChat(site: self, context: context).respond(to: request)
        }
    }

    private func listModels(_ request: Request, _ context: SiteContext) async throws -> Response {
        let models = try await ports.models.allowed(for: context.caller().person.id)
        return try .json(ModelList(data: models.map(ModelObject.init)))
    }

    private func showModel(_ request: Request, _ context: SiteContext) async throws -> Response {
        let name = context.parameters.getCatchAll().joined(separator: "/").removingPercentEncoding ?? ""
        let models = try await ports.models.allowed(for: context.caller().person.id)
        guard let model = models.first(where: { $0.name == name }) else { throw Failure.unknownModel(name) }
        return try .json(ModelObject(model))
    }

    private func showBalance(_ request: Request, _ context: SiteContext) async throws -> Response {
        try .json(try await balance(of: context.caller()))
    }
}

extension Response {
    static func json(_ value: JSONValue) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.bytes)))
    }
}

extension Failure {
    /// Also for a model that is there, but not for this caller.
    static func unknownModel(_ name: String) -> Failure {
        Failure(
            status: .notFound, title: "There is no such model",
            explanation: "There is no model “\(name)” here that you may use.", code: "model_not_found", param: "model")
    }
}
