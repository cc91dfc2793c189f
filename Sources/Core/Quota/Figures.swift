/// Amounts in plain English, for texts that are not pages: alerts, reasons that are kept.
extension Limit.Meter {
    /// `1,250`, `$0.75`.
    public func figure(_ value: Int64) -> String {
        self == .cost ? value.nanodollars : value.grouped
    }

    /// What it counts: `tokens`.
    public var noun: String {
        switch self {
        case .tokens: "tokens"
        case .promptTokens: "prompt tokens"
        case .completionTokens: "reply tokens"
        case .requests: "requests"
        case .cost: "spending"
        case .concurrent: "requests at once"
        }
    }
}

extension Window {
    /// `per day`; nothing where a limit is given once and for all.
    public var phrase: String {
        switch self {
        case .perRequest: "per request"
        case .minute: "per minute"
        case .hour: "per hour"
        case .day: "per day"
        case .week: "per week"
        case .month: "per month"
        case .bucket: "in the bucket"
        case .lifetime: ""
        }
    }
}

extension Limit {
    /// What it counts and when: `tokens per day`.
    public var phrase: String {
        window.phrase.isEmpty ? meter.noun : meter.noun + " " + window.phrase
    }
}

extension Int64 {
    /// As dollars, with two to six digits after the point.
    fileprivate var nanodollars: String {
        var fraction = String(magnitude % 1_000_000_000 / 1000 + 1_000_000).dropFirst()
        while fraction.count > 2, fraction.last == "0" { fraction.removeLast() }
        return (self < 0 ? "-$" : "$") + Int64(magnitude / 1_000_000_000).grouped + "." + fraction
    }
}
