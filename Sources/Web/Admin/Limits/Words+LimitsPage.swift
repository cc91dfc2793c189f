import Core
import Foundation

extension Words {
    /// What a limit counts, for those who set it: `tokens per day of demo-small`.
    func title(of listed: ListedLimit) -> String {
        let limit = listed.limit
        let window = limit.meter == .concurrent ? "" : " " + choice(of: limit.window)
        let model = listed.modelName.map { " " + self("of {name}", ["name": $0]) } ?? ""
        return choice(of: limit.meter) + window + model
    }

    func choice(of meter: Limit.Meter) -> String {
        switch meter {
        case .tokens: self("tokens")
        case .promptTokens: self("prompt tokens")
        case .completionTokens: self("reply tokens")
        case .requests: self("requests")
        case .cost: self("spending")
        case .concurrent: self("requests at once")
        }
    }

    func choice(of window: Window) -> String {
        switch window {
        case .perRequest: self("per request")
        case .minute: self("per minute")
        case .hour: self("per hour")
        case .day: self("per day")
        case .week: self("per week")
        case .month: self("per month")
        case .bucket: self("in a bucket that refills")
        case .lifetime: self("in all")
        }
    }

    /// Above the limits of one scope.
    func heading(of scope: Limit.Scope) -> String {
        switch scope {
        case .organization: self("Everybody together")
        case .project: self("Projects")
        case .tier: self("Each person of a tier")
        case .person: self("Single people")
        case .key: self("API keys")
        case .model: self("Models")
        case .request: self("Each request")
        }
    }

    /// What is unusual about a limit, each in a few words.
    func notes(on limit: Limit) -> [String] {
        var notes: [String] = []
        if let refill = limit.refill {
            let digits = limit.meter == .cost ? 15 : 6
            let rate = (limit.meter == .cost ? "$" : "") + refill.typed(fractionDigits: digits)
            notes.append(self("{rate} flow back each second", ["rate": rate]))
        }
        notes += limit.schedule.map {
            self("{amount} {when}", ["amount": figure($0.amount, limit.meter), "when": hours(of: $0)])
        }
        if let pressure = limit.pressure { notes.append(note(on: pressure)) }
        if let ceiling = limit.elasticCeiling {
            let raised = limit.raisedTo.flatMap { $0 > limit.amount ? figure($0, limit.meter) : nil }
            let most = figure(ceiling, limit.meter)
            notes.append(
                raised.map { self("raised to {now}, at most {most}", ["now": $0, "most": most]) }
                    ?? self("may rise to {most}", ["most": most]))
        }
        return notes
    }

    /// `Monday–Friday 18:00–08:00`
    func hours(of rule: ScheduleRule) -> String {
        days(rule.weekdays) + " " + rule.fromMinute.asClock + "–" + (rule.untilMinute % 1440).asClock
    }

    private func days(_ days: Set<Weekday>) -> String {
        if days.count == 7 { return self("every day") }
        let sorted = days.sorted { $0.rawValue < $1.rawValue }
        let isRun = sorted.count > 2 && sorted[sorted.count - 1].rawValue - sorted[0].rawValue == sorted.count - 1
        if isRun { return name(of: sorted[0]) + "–" + name(of: sorted[sorted.count - 1]) }
        return sorted.map(name(of:)).joined(separator: ", ")
    }

    private func note(on pressure: Pressure) -> String {
        let percent = { (parts: Int64) in parts.typed(fractionDigits: LimitDraft.percentDigits) }
        let shares = pressure.sharesPartsPerMillion.sorted { $0.key < $1.key }.map { priority, share in
            self("{priority} priority {share} %", ["priority": name(of: priority), "share": percent(share)])
        }
        return self(
            "from {threshold} % on: {shares}",
            ["threshold": percent(pressure.thresholdPartsPerMillion), "shares": shares.joined(separator: ", ")])
    }

    func name(of priority: Priority) -> String {
        switch priority {
        case .low: self("low")
        case .normal: self("normal")
        case .high: self("high")
        }
    }

    // MARK: The preview

    /// - Parameter names: of the holders who would be stopped, where they are people.
    func consequences(of preview: LimitPreview, _ limit: Limit, names: [String]) -> String {
        let touched = self(
            Int64(preview.people), one: "It concerns {count} person.", other: "It concerns {count} people.")
        return touched + " " + stopping(preview, limit, names)
    }

    private func stopping(_ preview: LimitPreview, _ limit: Limit, _ names: [String]) -> String {
        if limit.mode == .shadow { return self("It only notes, and stops nobody.") }
        if limit.amount == 0 && limit.schedule.isEmpty {
            return self("Nothing is let through at once: the limit is zero.")
        }
        if limit.window == .perRequest { return self("From now on, requests that need more are refused.") }
        guard let fullest = preview.stopped.first else { return self("Nobody would be stopped at once.") }
        if limit.scope == .tier {
            return self(
                Int64(preview.stopped.count),
                one: "{count} of them has already taken as much and would be stopped at once: ",
                other: "{count} of them have already taken as much and would be stopped at once: ")
                + list(names, most: 5) + "."
        }
        return self(
            "{taken} are taken already: all of it would be stopped at once.",
            ["taken": amount(fullest.taken, limit.meter)])
    }
}
