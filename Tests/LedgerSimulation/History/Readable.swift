import Core

/// Steps as they are read in a failure: short, with nothing that is as usual.
extension Operation: CustomStringConvertible {
    var description: String {
        switch self {
        case .hold(let asked): "hold \(asked)"
        case .extend(let request, let reply): "extend request \(request) to \(reply)"
        case .settle(let request, let usage, let outcome): "settle request \(request): \(usage.words), \(outcome)"
        case .release(let request): "release request \(request)"
        case .refresh(let request, let streamed, let seconds):
            "refresh request \(request): \(streamed) streamed, lease \(seconds) s"
        case .reap(let seconds): "reap what expired \(seconds) s ago"
        case .look(let way): "look at the accounts of \(way)"
        case .addLimit(_, let limit): "add \(limit.words)"
        case .changeLimit(let number, let limit): "change limit \(number) to \(limit.settingWords)"
        case .retireLimit(let number): "retire limit \(number)"
        case .grant(let number, let holder, let meter, let amount, let seconds):
            "grant \(number) of \(amount) \(meter.rawValue) to \(holder.subject) for \(seconds) s"
        case .revokeGrant(let number): "revoke grant \(number)"
        case .moveToTier(let person, let tier): "move \(World.people[person]) to the tier \(World.tiers[tier])"
        case .setPriority(let project, let priority): "\(World.projects[project]) has the priority \(priority)"
        case .setCalendar(let zone, let weekStart, let hour):
            "calendar of \(zone), weeks on \(weekStart), days at \(hour)"
        case .setRules(let rules): "refuse from \(rules.map(\.thresholdPartsPerMillion)) parts per million on"
        case .moveClock(let milliseconds): "move the clock by \(milliseconds) ms"
        case .moveClockToEnd(let window, let milliseconds):
            "move the clock to the end of the \(window) and \(milliseconds) ms"
        case .crash: "crash"
        }
    }
}

extension Way: CustomStringConvertible {
    var description: String {
        [
            World.people[person].rawValue, project.map { "for " + World.projects[$0].rawValue },
            hasKey ? "by key" : nil, "with " + World.models[model].rawValue,
        ].compactMap { $0 }.joined(separator: " ")
    }
}

extension Asked: CustomStringConvertible {
    var description: String {
        let least = minimum > 0 ? " at least \(minimum)" : ""
        let first = expected.map { " at first \($0)" } ?? ""
        return "request \(request) of \(way): prompt \(prompt), reply \(reply)\(least)\(first), lease \(leaseSeconds) s"
            + tariff.words
    }
}

extension Tariff {
    fileprivate var words: String {
        guard self != Tariff() else { return "" }
        let parts = [
            ("prompt price", promptNanodollarsPerMillion), ("reply price", completionNanodollarsPerMillion),
            ("cached price", cachedPromptNanodollarsPerMillion), ("weight", weightPartsPerMillion),
            ("cached weight", cachedPromptWeightPartsPerMillion), ("reasoning weight", reasoningWeightPartsPerMillion),
        ]
        return parts.compactMap { name, value in value.map { ", \(name) \($0)" } }.joined()
    }
}

extension Usage {
    fileprivate var words: String {
        "\(promptTokens) (\(cachedPromptTokens) cached) + \(completionTokens) (\(reasoningTokens) reasoning)"
    }
}

extension Limit {
    fileprivate var words: String {
        "\(id): \(scope) \(subject), \(meter.rawValue) per \(window)" + (model.map { " of \($0)" } ?? "")
            + ", \(settingWords)"
    }

    fileprivate var settingWords: String {
        "\(amount)" + (refill.map { " refilled by \($0)" } ?? "") + (mode == .shadow ? " in shadow" : "")
            + (schedule.isEmpty ? "" : ", \(schedule.map(\.words))") + (pressure.map { ", \($0.words)" } ?? "")
    }
}

extension ScheduleRule {
    fileprivate var words: String {
        let days = weekdays.sorted { $0.rawValue < $1.rawValue }.map { "\($0)" }.joined(separator: " ")
        return "\(amount) on \(days) from \(fromMinute) to \(untilMinute)"
    }
}

extension Pressure {
    fileprivate var words: String {
        let shares = sharesPartsPerMillion.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "from \(thresholdPartsPerMillion) on " + shares.joined(separator: ", ")
    }
}
