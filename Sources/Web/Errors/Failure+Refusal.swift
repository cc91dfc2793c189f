import Core
import Foundation
import HTTPTypes

extension Failure {
    /// A limit was reached. What can fit later is 429 with the time to wait; what never can is 400.
    init(_ refusal: Refusal, now: Timestamp, zone: TimeZone, words: Words) {
        self.init(
            status: refusal.canEverFit ? .tooManyRequests : .badRequest,
            title: refusal.canEverFit ? words("A limit is reached") : words("That is more than a limit ever allows"),
            explanation: words.explanation(of: refusal, zone: zone))
        code = Self.code(refusal)
        openAIType = Self.openAIType(refusal)
        details = Self.details(refusal)
        guard refusal.canEverFit else { return }
        retryAfterSeconds = Self.wait(refusal, now: now)
        // Clients that retry by themselves would wait in vain for longer than two minutes.
        if let seconds = retryAfterSeconds, seconds > 120 { headers[.xShouldRetry] = "false" }
    }

    private static func code(_ refusal: Refusal) -> String {
        switch (refusal.meter, refusal.scope) {
        case (.requests, _), (.concurrent, _): "rate_limit_exceeded"
        case (.cost, .organization): "organization_spend_limit_exceeded"
        case (.cost, .project): "project_spend_limit_exceeded"
        case (.cost, _): "user_spend_limit_exceeded"
        case (.tokens, .organization): "organization_token_limit_exceeded"
        case (.tokens, .project): "project_token_limit_exceeded"
        case (.tokens, .request): "request_token_limit_exceeded"
        case (.tokens, _): "user_token_limit_exceeded"
        }
    }

    private static func openAIType(_ refusal: Refusal) -> String {
        if !refusal.canEverFit { return "invalid_request_error" }
        return refusal.meter == .requests || refusal.meter == .concurrent ? "rate_limit_exceeded" : "insufficient_quota"
    }

    /// Whole numbers in the meter's unit.
    private static func details(_ refusal: Refusal) -> [String: String] {
        var details = [
            "scope": refusal.scope.rawValue, "meter": refusal.meter.rawValue, "window": refusal.window.rawValue,
            "limit": String(refusal.ceiling), "used": String(refusal.used), "held": String(refusal.held),
            "needed": String(refusal.needed), "remaining": String(refusal.available),
        ]
        details["resets_at"] = refusal.resetsAt.map { Moment($0, zone: .gmt).iso }
        return details
    }

    /// Rounded up, so that who waits this long is not too early. A running request may end at any moment.
    private static func wait(_ refusal: Refusal, now: Timestamp) -> Int64? {
        guard let resetsAt = refusal.resetsAt else { return refusal.meter == .concurrent ? 1 : nil }
        return max(1, (resetsAt.milliseconds - now.milliseconds + 999) / 1000)
    }
}

extension HTTPField.Name {
    static let xShouldRetry = HTTPField.Name("x-should-retry")!
}
