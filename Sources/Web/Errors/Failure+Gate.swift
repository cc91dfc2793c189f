import Core
import Foundation
import HTTPTypes

extension Failure {
    /// Why the gate let a prompt not pass, for the person who sent it. Nothing was charged, but for the prompt of what was stopped
    /// when the upstream had it already; the draft is kept.
    init(_ error: GateError, now: Timestamp, zone: TimeZone, words: Words) {
        switch error {
        case .refused(let refusal):
            self.init(refusal, now: now, zone: zone, words: words)
        case .promptTooLong(let count, let maximum):
            self = .promptTooLong(count, maximum: maximum, words)
        case .upstream(let failure):
            self.init(failure, words)
        default:
            self = Self.standing(error, words)
        }
    }

    private static func promptTooLong(_ count: TokenCount, maximum: Int64, _ words: Words) -> Failure {
        Failure(
            status: .badRequest, title: words("The prompt is too long"),
            explanation: words(
                "It needs {needed}, and one prompt may take {maximum}. Shorten it or start a new chat.",
                ["needed": words.tokens(count.tokens), "maximum": words.tokens(maximum)]),
            code: "context_length_exceeded", param: "messages",
            details: ["needed": .number(count.tokens), "limit": .number(maximum)])
    }

    private static func settledBefore(_ usage: Usage, _ words: Words) -> Failure {
        Failure(
            status: .conflict, title: words("This was answered before"),
            explanation: words(
                """
                The request with this Idempotency-Key has ended: {tokens} were charged for it then, and nothing now. \
                Its answer is not kept. To ask again, use another key.
                """, ["tokens": words.tokens(usage.totalTokens)]),
            code: "idempotency_key_settled", param: "Idempotency-Key",
            details: ["charged_tokens": .number(usage.totalTokens)], headers: [.xShouldRetry: "false"])
    }

    private static func standing(_ error: GateError, _ words: Words) -> Failure {
        switch error {
        case .invalidReplyLength:
            Failure(
                status: .badRequest, title: words("No room for a reply"),
                explanation: words("The reply must be allowed at least one token. Shorten the prompt or ask for more."),
                code: "invalid_value")
        case .tooManyReplies:
            Failure(
                status: .badRequest, title: words("That is too much at once"),
                explanation: words("So many replies of such a length cannot be counted."), code: "invalid_value",
                param: "n")
        case .unmeterable(let parts):
            Failure(
                status: .badRequest, title: words("A part of this has no price here"),
                explanation: words(
                    "Nothing goes to a model that cannot be metered: {parts}.",
                    ["parts": parts.joined(separator: "; ")]),
                code: "unsupported_value", param: "messages")
        case .unknownModel(let name):
            Failure(
                status: .notFound, title: words("There is no such model"),
                explanation: words("Nothing here is called {name}. Choose another model.", ["name": name]),
                code: "model_not_found", param: "model")
        case .modelNotInTier(let name):
            Failure(
                status: .forbidden, title: words("This model is not yours to use"),
                explanation: words(
                    "Your tier does not include {name}. Choose another model, or ask your administrator.",
                    ["name": name]),
                code: "permission_denied", param: "model")
        case .personDisabled:
            Failure(
                status: .forbidden, title: words("This account is disabled"),
                explanation: words("Ask your administrator."), code: "permission_denied")
        case .keyIsOver: .invalidKey
        case .duplicateRequest:
            Failure(
                status: .conflict, title: words("This was sent already"),
                explanation: words("It was taken once, and is not charged again."), code: "duplicate_request")
        case .settledBefore(let usage): settledBefore(usage, words)
        case .keyOfAnotherRequest:
            Failure(
                status: .unprocessableContent, title: words("This key is another request's"),
                explanation: words(
                    "Another request was sent under this Idempotency-Key. Give each request a key of its own."),
                code: "idempotency_key_reused", param: "Idempotency-Key")
        case .stopped:
            Failure(
                status: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request"),
                title: words("Stopped"),
                explanation: words(
                    "It was stopped before the model had begun. If the model had the prompt already, that is charged."))
        default:
            Failure(
                status: .serviceUnavailable, title: words("Not now"),
                explanation: words("The service cannot take prompts at the moment. Try again in a few seconds."),
                retryAfterSeconds: 5)
        }
    }
}
