import Core

/// A limit as it was typed: every value goes back as it was, with what is wrong beside it. Amounts are in the meter's
/// unit, of spending in dollars; shares are in percent.
struct LimitDraft: Sendable, Decodable {
    /// `tier:0f3c…`, or `person:` and `key:` where that is typed below. Nil for a limit that is changed: what it counts
    /// is no longer chosen.
    var whom: String?
    /// An e-mail address.
    var person: String?
    /// How its secret begins.
    var key: String?
    /// Empty for all.
    var model: String?
    var meter: String?
    var window: String?
    var amount = ""
    /// What flows back into a bucket a second; nil or empty for other windows.
    var refill: String?
    var mode = Limit.Mode.enforce.rawValue
    /// By `r0`, `r1`, … in the order they are tried.
    var rules: [String: Rule]?
    /// From which share of the limit on the others stand back; empty for no pressure.
    var threshold = ""
    var low = ""
    var normal = ""
    /// Empty for a limit that stays put.
    var ceiling = ""
    /// `save`, `preview` or `row`: the button that was pressed.
    var intent: String?

    struct Rule: Sendable, Decodable {
        /// 1 for Monday; nil when none is chosen.
        var days: [String]?
        /// `08:00`.
        var from = ""
        var until = ""
        var amount = ""

        var isEmpty: Bool { (days ?? []).isEmpty && [from, until, amount].allSatisfy(\.trimmed.isEmpty) }
    }

    static let percentDigits = 4
    private static let dollarDigits = 9
    private static let millionthDigits = 6
    static let mostRules = 50

    /// The rules with their names, in their order, without those that were left empty.
    var sortedRules: [(name: String, rule: Rule)] {
        (rules ?? [:]).filter { !$0.value.isEmpty }.sorted { ($0.key.count, $0.key) < ($1.key.count, $1.key) }
            .map { (name: $0.key, rule: $0.value) }
    }

    /// - Parameter before: the limit that is changed, whose choices stand; nil for a new one of `scope` and `subject`.
    /// - Throws: `Flaws` of all fields together.
    func limit(scope: Limit.Scope, subject: String, replacing before: Limit?) throws(Flaws) -> Limit {
        var typed = TypedFields()
        let meter = before?.meter ?? self.meter.flatMap(Limit.Meter.init) ?? .tokens
        let window = before?.window ?? self.window.flatMap(Window.init) ?? .day
        var limit = Limit(
            id: before?.id ?? .random(), scope: scope, subject: subject, model: before?.model ?? chosenModel(scope),
            meter: meter, window: window, amount: typed.amount(amount, "amount", meter),
            mode: Limit.Mode(rawValue: mode) ?? .enforce)
        if window == .bucket { limit.refill = rate(&typed, meter) }
        limit.schedule = schedule(&typed, meter)
        limit.pressure = pressure(&typed)
        limit.elasticCeiling = ceiling.trimmed.isEmpty ? nil : typed.amount(ceiling, "ceiling", meter)
        try typed.throwIfAny(and: limit.flaws)
        return limit
    }

    /// A limit on a model counts what goes to that model already.
    private func chosenModel(_ scope: Limit.Scope) -> ModelID? {
        guard scope != .model, let model, !model.isEmpty else { return nil }
        return ModelID(rawValue: model)
    }

    private func rate(_ typed: inout TypedFields, _ meter: Limit.Meter) -> Int64 {
        let digits = Self.millionthDigits + (meter == .cost ? Self.dollarDigits : 0)
        return typed.decimal(refill ?? "", "refill", fractionDigits: digits)
    }

    private func schedule(_ typed: inout TypedFields, _ meter: Limit.Meter) -> [ScheduleRule] {
        sortedRules.map { name, rule in
            let days = (rule.days ?? []).compactMap { Int($0).flatMap(Weekday.init) }
            if days.isEmpty { typed.note(.missing, "rules[\(name)][days][]") }
            return ScheduleRule(
                weekdays: Set(days.isEmpty ? [.monday] : days),
                fromMinute: typed.minute(rule.from, "rules[\(name)][from]"),
                untilMinute: typed.minute(rule.until, "rules[\(name)][until]"),
                amount: typed.amount(rule.amount, "rules[\(name)][amount]", meter))
        }
    }

    private func pressure(_ typed: inout TypedFields) -> Pressure? {
        guard ![threshold, low, normal].allSatisfy(\.trimmed.isEmpty) else { return nil }
        var shares: [Priority: Int64] = [:]
        for (priority, text, field) in [(Priority.low, low, "low"), (.normal, normal, "normal")]
        where !text.trimmed.isEmpty {
            shares[priority] = typed.decimal(text, field, fractionDigits: Self.percentDigits)
        }
        if shares.isEmpty { typed.note(.missing, "low") }
        return Pressure(
            thresholdPartsPerMillion: typed.decimal(threshold, "threshold", fractionDigits: Self.percentDigits),
            sharesPartsPerMillion: shares.isEmpty ? [.low: 0] : shares)
    }
}

extension LimitDraft {
    init(_ limit: Limit) {
        let typed = { (amount: Int64) in amount.typed(limit.meter) }
        let digits = Self.millionthDigits + (limit.meter == .cost ? Self.dollarDigits : 0)
        self.init(
            amount: typed(limit.amount), refill: limit.refill?.typed(fractionDigits: digits), mode: limit.mode.rawValue)
        let rules = limit.schedule.enumerated().map { index, rule in
            (
                "r\(index)",
                Rule(
                    days: rule.weekdays.map(\.rawValue).sorted().map(String.init), from: rule.fromMinute.asClock,
                    until: (rule.untilMinute % 1440).asClock, amount: typed(rule.amount))
            )
        }
        self.rules = Dictionary(uniqueKeysWithValues: rules)
        let percent = { (parts: Int64) in parts.typed(fractionDigits: Self.percentDigits) }
        if let pressure = limit.pressure {
            threshold = percent(pressure.thresholdPartsPerMillion)
            low = pressure.sharesPartsPerMillion[.low].map(percent) ?? ""
            normal = pressure.sharesPartsPerMillion[.normal].map(percent) ?? ""
        }
        ceiling = limit.elasticCeiling.map(typed) ?? ""
    }
}

extension TypedFields {
    /// An amount in the unit of `meter`: of spending typed in dollars.
    mutating func amount(_ text: String, _ field: String, _ meter: Limit.Meter) -> Int64 {
        meter == .cost ? decimal(text, field, fractionDigits: 9) : whole(text, field)
    }

    /// `08:30` as minutes since midnight.
    mutating func minute(_ text: String, _ field: String) -> Int {
        let parts = text.trimmed.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.count == 2 && $0.utf8.allSatisfy(\.isASCIIDigit) ? Int($0) : nil }
        guard parts.count == 2, numbers.count == 2, (0...23).contains(numbers[0]), (0...59).contains(numbers[1]) else {
            note(text.trimmed.isEmpty ? .missing : .malformed, field)
            return 0
        }
        return numbers[0] * 60 + numbers[1]
    }
}

extension Int64 {
    /// As it would be typed of an amount in the unit of `meter`.
    func typed(_ meter: Limit.Meter) -> String {
        meter == .cost ? typed(fractionDigits: 9) : String(self)
    }
}

extension Int {
    /// Minutes since midnight as `08:30`.
    var asClock: String {
        let two = { (number: Int) in (number < 10 ? "0" : "") + String(number) }
        return two(self / 60) + ":" + two(self % 60)
    }
}
