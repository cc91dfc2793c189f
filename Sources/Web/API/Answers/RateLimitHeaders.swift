import Core
import HTTPTypes
import Hummingbird
import Logging

/// Says on every answer to a program how much is left: also on a refusal, and on answers that took nothing. An answer
/// that knows it better says so itself.
struct RateLimitHeaders: RouterMiddleware {
    typealias Context = SiteContext

    let site: Site

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        do {
            var response = try await next(request, context)
            if !response.headers.contains(.rateLimit) { response.headers.append(contentsOf: await fields(context)) }
            return response
        } catch {
            guard var failure = site.failure(error) else { throw error }
            failure.headers.append(contentsOf: await fields(context))
            throw failure
        }
    }

    /// A store that cannot say it is no reason to withhold the answer.
    private func fields(_ context: SiteContext) async -> HTTPFields {
        do {
            return try await site.standing(of: context.caller())
        } catch {
            context.logger.warning("What is left could not be read", metadata: ["error": "\(error)"])
            return [:]
        }
    }
}

extension Site {
    /// What is left of the limits that concern every request of this caller.
    fileprivate func standing(of caller: KeyHolder) async throws -> HTTPFields {
        let rules = try await ports.organizations.current().alertRules
        return RateLimitFields(try await accounts(of: caller), now: ports.time.now(), rules: rules).fields
    }

    /// Every limit that concerns a caller whatever the model.
    func accounts(of caller: KeyHolder) async throws -> [Account] {
        try await ports.ledger.accounts(
            on: QuotaPath(
                organization: caller.person.organization, project: caller.project, tier: caller.person.tier,
                person: caller.person.id, key: caller.key, model: ModelID(rawValue: "")),
            at: ports.time.now())
    }

    /// What the gate's refusals mean to a program; nil for anything else that went wrong.
    fileprivate func failure(_ error: any Error) -> Failure? {
        switch error {
        case let failure as Failure: failure
        case let error as GateError: Failure(api: error, now: ports.time.now(), words: words)
        default: nil
        }
    }
}
