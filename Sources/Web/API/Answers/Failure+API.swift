import Core
import Foundation
import HTTPTypes

extension Failure {
    /// Why the gate let a program's request not pass. An upstream's complaint about the request itself is handed on, for
    /// its author has to mend it; what else an upstream says may tell of keys and accounts.
    init(api error: GateError, now: Timestamp, words: Words) {
        self.init(error, now: now, zone: .gmt, words: words)
        // A program has no draft, and chooses no other chat.
        if case .refused(let refusal) = error { explanation = words.cause(of: refusal, zone: .gmt) }
        // A program that has asked again under its key waits for the first answer.
        if case .duplicateRequest = error {
            explanation = words(
                "The request with this Idempotency-Key is still running. Send it again later: it is charged once.")
            code = "idempotency_key_in_use"
            retryAfterSeconds = 2
        }
        if case .upstream(.refused(let status, let message, _)) = error, [400, 413, 422].contains(status),
            !message.isEmpty
        {
            self = .invalidRequest(message, code: "upstream_refused")
        }
    }

    /// How a reply ended that is no whole reply. What was produced is charged, so that trying again costs again: that
    /// is for the program to decide, and not for its library.
    init?(_ ending: ReplyEnding, _ words: Words) {
        switch ending.outcome {
        case .finished, .overran, .limited: return nil
        case .failed:
            self.init(brokenOff: ending, words)
        case .stopped, .abandoned:
            self.init(
                status: .conflict, title: words("Stopped"),
                explanation: words("The reply was stopped. What had come is charged."), code: "stopped")
        case .shutDown, .expired:
            self.init(
                status: .serviceUnavailable, title: words("Not now"),
                explanation: words("The server was restarted while the reply was written. What had come is charged."),
                code: "server_restarted")
            headers[.xShouldRetry] = "false"
        }
        details["charged_tokens"] = .number(ending.usage.totalTokens)
    }

    /// A reply without its end.
    init(brokenOff ending: ReplyEnding, _ words: Words) {
        let charge = words(
            "Charged for the prompt and what had come: {tokens}.",
            ["tokens": words.tokens(ending.usage.totalTokens)])
        let failure = ending.failure ?? .cut
        self.init(failure, explanation: Self.explanation(failure, charge, words), words)
        if ending.outcome == .overran {
            explanation = words(
                "The model's server went on past the longest reply that it was allowed, and was cut off. {charge}",
                ["charge": charge])
        }
        headers[.xShouldRetry] = "false"
        details["charged_tokens"] = .number(ending.usage.totalTokens)
    }

    /// Every stream that this worker can carry is open.
    static func noStreamSlotForPrograms(_ words: Words) -> Failure {
        var failure = noStreamSlot(words)
        failure.explanation = words(
            "As many replies are being written as the server can carry. Try again in a few seconds.")
        return failure
    }
}
