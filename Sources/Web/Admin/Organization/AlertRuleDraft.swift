import Core

/// One line of the organization's table of thresholds, as it was typed.
struct AlertRuleDraft: Sendable, Decodable {
    /// In percent; an empty line is none.
    var threshold = ""
    var action = AlertRule.Action.warn.rawValue
    /// Nil when none is chosen.
    var channels: [String]?
    /// By how much it slows down, in percent; empty for the usual.
    var reduction = ""
    /// Empty to leave it to the tiers.
    var fallback = ""

    private static let percentDigits = 4

    var isEmpty: Bool { threshold.trimmed.isEmpty }

    init() {}

    init(_ rule: AlertRule) {
        threshold = rule.thresholdPartsPerMillion.typed(fractionDigits: Self.percentDigits)
        action = rule.action.rawValue
        channels = rule.channels.map(\.rawValue)
        reduction = rule.reductionPartsPerMillion?.typed(fractionDigits: Self.percentDigits) ?? ""
        fallback = rule.fallback?.rawValue ?? ""
    }

    /// - Parameter name: of the line, under which what is wrong is noted.
    func rule(_ typed: inout TypedFields, _ name: String) -> AlertRule {
        let action = AlertRule.Action(rawValue: action) ?? .warn
        let slows = action == .throttle && !reduction.trimmed.isEmpty
        let rule = AlertRule(
            thresholdPartsPerMillion: typed.decimal(
                threshold, name + "[threshold]", fractionDigits: Self.percentDigits),
            action: action, channels: Set((channels ?? []).compactMap(AlertRule.Channel.init)),
            reductionPartsPerMillion: slows
                ? typed.decimal(reduction, name + "[reduction]", fractionDigits: Self.percentDigits) : nil,
            fallback: action == .block ? AlertRule.Fallback(rawValue: fallback) : nil)
        if !rule.isSound {
            let isThreshold = !(1...1_000_000).contains(rule.thresholdPartsPerMillion)
            typed.note(.unknown, name + (isThreshold ? "[threshold]" : "[reduction]"))
        }
        return rule
    }

    // MARK: As a form

    func row(_ name: String, number: Int, _ errors: (String) -> String?, _ words: Words) -> OrganizationPage.Rule {
        let chosen = Set(channels ?? [])
        return OrganizationPage.Rule(
            number: words.number(number),
            threshold: Field(
                name + "[threshold]", words("From, in %"), kind: .number, value: threshold,
                error: errors("[threshold]")),
            action: Choice(
                name + "[action]", words("What happens"),
                options: AlertRule.Action.allCases.map { ($0.rawValue, words.name(of: $0)) }, selected: action),
            reduction: Field(
                name + "[reduction]", words("Slow down by, in %"), kind: .number, value: reduction,
                error: errors("[reduction]")),
            fallback: Choice(
                name + "[fallback]", words("Before a refusal"),
                options: [
                    ("", words("as the tier says")), ("cache", words("an earlier answer")),
                    ("downgrade", words("the smaller model")),
                ],
                selected: fallback),
            channelsName: name + "[channels][]",
            channels: AlertRule.Channel.allCases.map {
                Choice.Option(value: $0.rawValue, label: words.name(of: $0), isSelected: chosen.contains($0.rawValue))
            })
    }
}

extension Words {
    fileprivate func name(of action: AlertRule.Action) -> String {
        switch action {
        case .note: self("tell those who administer")
        case .warn: self("say so to everybody")
        case .throttle: self("slow down")
        case .block: self("refuse")
        }
    }
}
