extension LimitPlan.Rule {
    /// What is limited: `tokens a day on gpt-4o`.
    public var title: String {
        let base = window == .lifetime && meter != .concurrent ? meter.words + " in all" : meter.words + window.words
        return model.map { "\(base) on \($0)" } ?? base
    }

    /// How much, and when: `10,000; mon, tue 08:00–18:00: 5,000; may rise to 20,000; only recorded`.
    public var value: String {
        var parts = [amountWords]
        parts += schedule.map { "\($0.words): \(meter.words(of: $0.amount))" }
        parts += pressure.map { [$0.words] } ?? []
        if let elasticCeiling { parts.append("may rise to \(meter.words(of: elasticCeiling))") }
        if mode == .shadow { parts.append("only recorded") }
        return parts.joined(separator: "; ")
    }

    private var amountWords: String {
        guard let refill else { return meter.words(of: amount) }
        return "\(meter.words(of: amount)), \(meter.refillText.text(refill)) flowing back a second"
    }
}

extension AlertRule {
    /// `throttle by 50 %, slack, then cache`.
    public var words: String {
        var parts = [action.rawValue]
        if action == .throttle { parts[0] += " by \((reductionPartsPerMillion ?? Self.usualReduction).percent)" }
        parts += Channel.allCases.filter(channels.contains).map(\.rawValue)
        if let fallback { parts.append("then \(fallback.rawValue)") }
        return parts.joined(separator: ", ")
    }
}

extension QueueBounds {
    /// `100 for 30 s`.
    public var words: String {
        "\(length) for \(seconds) s" + (waitsForHolds ? ", also for what is only held" : "")
    }
}

extension Pressure {
    fileprivate var words: String {
        let shares = sharesPartsPerMillion.sorted { $0.key < $1.key }
        let list = shares.map { "\($0.key.rawValue) priority has \($0.value.percent)" }.joined(separator: ", ")
        return "from \(thresholdPartsPerMillion.percent) on \(list)"
    }
}

extension ScheduleRule {
    fileprivate var words: String {
        let days = Weekday.allCases.filter(weekdays.contains).map { String(describing: $0).prefix(3) }
        return days.joined(separator: ", ") + " \(fromMinute.clock)–\(untilMinute.clock)"
    }
}

extension Limit.Meter {
    fileprivate var words: String {
        switch self {
        case .tokens: "tokens"
        case .promptTokens: "prompt tokens"
        case .completionTokens: "completion tokens"
        case .requests: "requests"
        case .cost: "spending"
        case .concurrent: "requests at once"
        }
    }

    /// `1,234,567` or `$12.5`.
    fileprivate func words(of amount: Int64) -> String {
        self == .cost ? "$" + amountText.text(amount) : amount.grouped
    }
}

extension Window {
    fileprivate var words: String {
        switch self {
        case .perRequest: " per request"
        case .minute: " a minute"
        case .hour: " an hour"
        case .day: " a day"
        case .week: " a week"
        case .month: " a month"
        case .bucket: " in a bucket"
        case .lifetime: ""
        }
    }
}

extension Int64 {
    /// Of parts per million: `12.5 %`.
    public var percent: String { FixedPoint(places: 4).text(self) + " %" }

    /// `1,234,567`.
    public var grouped: String {
        var groups: [Substring] = []
        var rest = String(self)[...]
        while rest.count > 3 {
            groups.insert(rest.suffix(3), at: 0)
            rest = rest.dropLast(3)
        }
        return ([rest] + groups).joined(separator: ",")
    }
}

extension Int {
    /// Of minutes since midnight.
    fileprivate var clock: String {
        [self / 60, self % 60].map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
    }
}
