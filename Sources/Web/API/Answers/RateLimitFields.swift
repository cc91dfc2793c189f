import Core
import HTTPTypes

/// How much is left, in headers: OpenAI's `x-ratelimit-*` for the clients there are, and the fields of the IETF's draft.
/// What is left is net of what running requests hold, as on the pages.
///
/// Sources: <https://platform.openai.com/docs/guides/rate-limits>;
/// draft-ietf-httpapi-ratelimit-headers-10, 3 and 4, whose register of units has no tokens: the name says them.
struct RateLimitFields {
    let fields: HTTPFields

    /// - Parameter rules: what the organization wants to be warned of.
    init(_ accounts: [Account], now: Timestamp, rules: [AlertRule]) {
        let enforced = accounts.filter { $0.limit.mode == .enforce }
        var fields: HTTPFields = [:]
        for (name, meter) in [("tokens", Limit.Meter.tokens), ("requests", .requests)] {
            let tightest = enforced.filter { $0.limit.meter == meter }.min { $0.available < $1.available }
            guard let tightest else { continue }
            fields[HTTPField.Name("x-ratelimit-limit-\(name)")!] = String(tightest.ceiling)
            fields[HTTPField.Name("x-ratelimit-remaining-\(name)")!] = String(tightest.available)
            fields[HTTPField.Name("x-ratelimit-reset-\(name)")!] = tightest.secondsLeft(now).map(Self.duration)
        }
        let windows = enforced.filter { $0.resetsAt != nil }
        if !windows.isEmpty {
            fields[.rateLimitPolicy] = windows.map(\.policy).joined(separator: ", ")
            fields[.rateLimit] = windows.map { $0.standing(now) }.joined(separator: ", ")
        }
        let warnings = enforced.compactMap { account in rules.warning(of: account).map(account.warning) }
        if !warnings.isEmpty { fields[.xSluiceLimitWarning] = warnings.joined(separator: ", ") }
        self.fields = fields
    }

    /// As Go writes it: `6m0s`, `1h0m5s`.
    static func duration(_ seconds: Int64) -> String {
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        if hours > 0 { return "\(hours)h\(minutes)m\(rest)s" }
        return minutes > 0 ? "\(minutes)m\(rest)s" : "\(rest)s"
    }
}

extension Account {
    /// How a limit is called towards programs: `user-day-tokens`.
    var policyName: String { limit.name.policyName + (limit.model == nil ? "" : "-model") }

    /// How much of it is taken, and the threshold that this is beyond, as parts of one.
    fileprivate func warning(_ rule: AlertRule) -> String {
        let (taken, threshold) = (takenPartsPerMillion / 10_000, rule.thresholdPartsPerMillion)
        return "\"\(policyName)\";used=\(Self.decimal(taken * 10_000));threshold=\(Self.decimal(threshold))"
    }

    /// RFC 9651, 3.3.2: at most twelve digits before the point, and three behind it.
    private static func decimal(_ partsPerMillion: Int64) -> String {
        var digits = String(partsPerMillion % 1_000_000 / 1000 + 1000).dropFirst()
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return "\(min(partsPerMillion / 1_000_000, 999_999_999_999)).\(digits)"
    }

    /// Rounded up, so that who waits this long is not too early; nil where nothing resets.
    fileprivate func secondsLeft(_ now: Timestamp) -> Int64? {
        resetsAt.map { max(0, ($0.milliseconds - now.milliseconds + 999) / 1000) }
    }

    fileprivate var policy: String {
        let seconds = resetsAt.map { max(1, ($0.milliseconds - windowStart.milliseconds) / 1000) } ?? 1
        let unit = limit.meter == .requests ? ";qu=\"requests\"" : ""
        return "\"\(policyName)\";q=\(Self.fitting(ceiling))\(unit);w=\(seconds)"
    }

    fileprivate func standing(_ now: Timestamp) -> String {
        "\"\(policyName)\";r=\(Self.fitting(available));t=\(secondsLeft(now) ?? 0)"
    }

    /// The largest Integer that a structured field may have: RFC 9651, 3.3.1.
    private static func fitting(_ amount: Int64) -> Int64 { min(amount, 999_999_999_999_999) }
}

extension Limit.Name {
    /// How limits of this name are called towards programs, whatever the model.
    var policyName: String {
        let owner =
            switch scope {
            case .tier, .person: "user"
            case let scope: scope.rawValue
            }
        return "\(owner)-\(window.rawValue)-\(meter.rawValue)"
    }
}

extension HTTPField.Name {
    /// The limits that are near, by their names in `RateLimit`.
    static let xSluiceLimitWarning = HTTPField.Name("X-Sluice-Limit-Warning")!
    static let rateLimit = HTTPField.Name("RateLimit")!
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
}
