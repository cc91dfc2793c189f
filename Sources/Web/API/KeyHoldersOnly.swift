import Core
import HTTPTypes
import Hummingbird
import Logging

/// Lets programs through that show a key of somebody who may ask. Sessions of browsers count nothing here.
struct KeyHoldersOnly: RouterMiddleware {
    typealias Context = SiteContext

    let keys: any APIKeys

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        guard let secret = request.apiSecret, let holder = try await keys.holder(of: secret) else {
            context.logger.notice("A key was refused")
            throw Failure.invalidKey
        }
        var context = context
        context.keyHolder = holder
        context.logger[metadataKey: "person"] = "\(holder.person.id)"
        context.logger[metadataKey: "key"] = "\(holder.key)"
        return try await next(request, context)
    }
}

extension Request {
    /// The one place where a key is read, whichever way it came. Two ways that disagree are none: a proxy might have
    /// looked at the other one.
    fileprivate var apiSecret: String? {
        let bearer = headers[values: .authorization].compactMap(Self.bearerToken)
        let secrets = Set(bearer + headers[values: .xAPIKey])
        return secrets.count == 1 ? secrets.first : nil
    }

    /// RFC 6750, 2.1.
    private static func bearerToken(_ field: String) -> String? {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }
}

extension Failure {
    static var invalidKey: Failure {
        Failure(
            status: .unauthorized, title: "The key is not right",
            explanation: "There is no valid API key in `Authorization: Bearer …`: it is missing, wrong, expired or "
                + "revoked, or its person is disabled. Keys are made on the page “API keys” of your account.",
            code: "invalid_api_key", headers: [.wwwAuthenticate: "Bearer"])
    }
}

extension HTTPField.Name {
    static let xAPIKey = HTTPField.Name("x-api-key")!
}
