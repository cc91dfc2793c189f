import Core
import Yams

/// The entries of `limits`: one limit each, of any kind.
extension Reading {
    mutating func rule(_ node: Node, of scope: Limit.Scope, line: Int?) -> LimitPlan.Rule? {
        let line = node.mark?.line ?? line
        let flawsBefore = flaws.count
        guard let fields = fields(of: node, called: "a limit", line: line, known: LimitPlan.Rule.keys),
            let meter = required("meter", of: fields).flatMap({ word($0, as: Limit.Meter.self) }),
            let window = window(of: fields, scope, meter),
            let amount = required("amount", of: fields).flatMap({ amount($0, meter) })
        else { return nil }
        var rule = LimitPlan.Rule(meter: meter, window: window, amount: amount, line: line)
        rule.model = fields["model"].flatMap { text($0) }
        rule.mode = fields["mode"].flatMap { word($0, as: Limit.Mode.self) } ?? .enforce
        rule.refill = fields["refill_per_second"].flatMap { number($0, meter.refillText, in: Limit.refillRange) }
        rule.schedule = fields["schedule"].map { list($0).compactMap { hours($0, meter) } } ?? []
        rule.pressure = fields["pressure"].flatMap { pressure($0) }
        rule.elasticCeiling = fields["elastic_ceiling"].flatMap { self.amount($0, meter) }
        if flaws.count == flawsBefore { check(rule, of: scope) }
        return rule
    }

    mutating func required(_ key: String, of fields: Fields) -> Field? {
        if let field = fields[key] { return field }
        refuse("\(key) is missing", at: fields.line)
        return nil
    }

    /// Requests at once are counted over no time, and a request's own limit over nothing but the request.
    private mutating func window(of fields: Fields, _ scope: Limit.Scope, _ meter: Limit.Meter) -> Window? {
        if fields["window"] == nil && meter == .concurrent { return .lifetime }
        if fields["window"] == nil && scope == .request { return .perRequest }
        return required("window", of: fields).flatMap { word($0, among: Window.words) }
    }

    private mutating func pressure(_ field: Field) -> Pressure? {
        let parts: ClosedRange<Int64> = 0...1_000_000
        guard
            let fields = fields(
                of: field.value, called: field.key, line: field.line, known: ["threshold", "low", "normal"])
        else { return nil }
        var pressure = Pressure(sharesPartsPerMillion: [:])
        if let threshold = fields["threshold"].flatMap({ share($0, in: parts) }) {
            pressure.thresholdPartsPerMillion = threshold
        }
        for priority in [Priority.low, .normal] {
            pressure.sharesPartsPerMillion[priority] = fields[priority.rawValue].flatMap { share($0, in: parts) }
        }
        return pressure
    }

    private mutating func hours(_ node: Node, _ meter: Limit.Meter) -> ScheduleRule? {
        let line = node.mark?.line
        guard
            let fields = fields(of: node, called: "a rule of a schedule", line: line, known: ScheduleRule.keys),
            let from = required("from", of: fields).flatMap({ minute($0, upTo: 1439) }),
            let until = required("until", of: fields).flatMap({ minute($0, upTo: 1440) }),
            let amount = required("amount", of: fields).flatMap({ amount($0, meter) })
        else { return nil }
        let days = fields["days"].map { self.days($0) } ?? Set(Weekday.allCases)
        return ScheduleRule(weekdays: days, fromMinute: from, untilMinute: until, amount: amount)
    }

    private mutating func days(_ field: Field) -> Set<Weekday> {
        let days = list(field).compactMap { node in
            word(Field(key: field.key, line: node.mark?.line ?? field.line, value: node), among: Weekday.words)
        }
        return Set(days)
    }

    /// `08:30`, in minutes since midnight.
    private mutating func minute(_ field: Field, upTo latest: Int) -> Int? {
        guard let text = text(field) else { return nil }
        let digits = text.utf8.map { Int($0) - 0x30 }
        if digits.count == 5, text.utf8.dropFirst(2).first == UInt8(ascii: ":"),
            [0, 1, 3, 4].allSatisfy({ (0...9).contains(digits[$0]) }), digits[3] < 6
        {
            let minute = (digits[0] * 10 + digits[1]) * 60 + digits[3] * 10 + digits[4]
            if minute <= latest { return minute }
        }
        refuse("\(field.key) must be a time such as 08:30, not \(text.quoted)", at: field.line)
        return nil
    }

    /// Whether its parts, each of which is right, make sense together.
    private mutating func check(_ rule: LimitPlan.Rule, of scope: Limit.Scope) {
        do throws(Limit.Flaw) {
            try rule.limit(of: scope, "", model: nil).check()
        } catch {
            refuse(error.reason, at: rule.line)
        }
    }
}

extension ScheduleRule {
    static let keys = ["days", "from", "until", "amount"]
}

extension Limit.Flaw {
    fileprivate var reason: String {
        switch self {
        case .absurdAmount: "amount is out of range"
        case .concurrencyNeedsLifetime: "concurrent requests go without a window"
        case .requestNeedsPerRequest: "limits of requests need window: request"
        case .perRequestNeedsTokensOrCost: "a single request can be limited in tokens or cost only"
        case .bucketNeedsRefill: "refill_per_second belongs to window: bucket, and it alone"
        case .absurdRefill: "refill_per_second is out of range"
        case .absurdSchedule: "schedule needs 1 to 50 rules, each for at least one day"
        case .absurdPressure: "pressure needs a share for low, normal or both"
        case .pressureNeedsSharedScope: "pressure is for limits of the organization, of projects and of models only"
        case .ceilingBelowAmount: "elastic_ceiling must not be less than amount"
        case .ceilingNeedsPersonalScope: "elastic_ceiling is for limits of tiers and people only"
        }
    }
}
