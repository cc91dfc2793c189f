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
        if refusal.isPace { return "rate_limit_exceeded" }
        let owner =
            switch refusal.scope {
            case .tier, .person: "user"
            case let scope: scope.rawValue
            }
        let unit =
            switch refusal.meter {
            case .cost: "spend"
            case .tokens, .promptTokens, .completionTokens: "token"
            case .requests, .concurrent: "request"
            }
        return "\(owner)_\(unit)_limit_exceeded"
    }

    private static func openAIType(_ refusal: Refusal) -> String {
        if !refusal.canEverFit { return "invalid_request_error" }
        return refusal.isPace ? "rate_limit_exceeded" : "insufficient_quota"
    }

    /// Amounts are whole numbers in the meter's unit.
    private static func details(_ refusal: Refusal) -> [String: Detail] {
        var details: [String: Detail] = [
            "scope": .text(refusal.scope.rawValue), "meter": .text(refusal.meter.rawValue),
            "window": .text(refusal.window.rawValue), "limit": .number(refusal.ceiling),
            "used": .number(refusal.used), "held": .number(refusal.held), "needed": .number(refusal.needed),
            "available": .number(refusal.available),
        ]
        if refusal.cause != .full { details["cause"] = .text(refusal.cause.rawValue) }
        details["resets_at"] = refusal.resetsAt.map { .text(Moment($0, zone: .gmt).iso) }
        return details
    }

    /// After which who found no turn may come again.
    private static let queueSeconds: Int64 = 10

    /// Rounded up, so that who waits this long is not too early. A running request may end at any moment.
    private static func wait(_ refusal: Refusal, now: Timestamp) -> Int64? {
        if refusal.cause != .full { return queueSeconds }
        guard let resetsAt = refusal.resetsAt else { return refusal.meter == .concurrent ? 1 : nil }
        return max(1, (resetsAt.milliseconds - now.milliseconds + 999) / 1000)
    }
}

extension Refusal {
    /// Whether it is only about how fast: a minute's window, or requests at the same time. Else a quota is used up.
    fileprivate var isPace: Bool { meter == .concurrent || window == .minute || window == .bucket || cause != .full }
}

extension HTTPField.Name {
    static let xShouldRetry = HTTPField.Name("x-should-retry")!
}
