import Core

/// Writes a plan line by line. What the file can say by a key of its own is not written as an entry of `limits`.
struct Writing {
    private(set) var text = ""

    mutating func write(_ plan: LimitPlan) {
        for scope in Limit.Scope.inFile {
            let subjects = plan.subjects.filter { $0.scope == scope }
            if scope.isOnlyOne {
                for subject in subjects { write(subject, as: scope.section, at: 0) }
            } else if !subjects.isEmpty {
                line(0, "\(scope.section):")
                for subject in subjects { write(subject, as: (scope.prefix + subject.name).asYAML, at: 1) }
            }
        }
        if let alerts = plan.alerts { write(alerts) }
        if let queue = plan.queue { write(queue) }
        // An empty file would be refused, as it is most likely a mistake.
        if text.isEmpty { line(0, "{}") }
    }

    private mutating func line(_ depth: Int, _ content: String) {
        text += String(repeating: "  ", count: depth) + content + "\n"
    }

    /// - Parameter depth: that of its own key.
    private mutating func write(_ subject: LimitPlan.Subject, as key: String, at depth: Int) {
        let saysNothing = subject.rules.isEmpty && subject.priority == nil && subject.coverage != .everything
        line(depth, saysNothing ? "\(key): {}" : "\(key):")
        if saysNothing { return }
        var rules = subject.rules
        for short in subject.scope.shortKeys {
            guard let index = rules.firstIndex(where: { short.says($0) }) else { continue }
            line(depth + 1, "\(short.key): \(short.meter.amountText.text(rules.remove(at: index).amount))")
        }
        if let priority = subject.priority { line(depth + 1, "priority: \(priority.rawValue)") }
        // Without this key the other limits would be left alone; a subject has to have one key at least.
        if rules.isEmpty && subject.coverage == .everything { line(depth + 1, "limits: []") }
        if rules.isEmpty { return }
        line(depth + 1, "limits:")
        for rule in rules { write(rule, at: depth + 2) }
    }

    private mutating func write(_ rule: LimitPlan.Rule, at depth: Int) {
        let amounts = rule.meter.amountText
        line(depth, "- meter: \(rule.meter.rawValue)")
        if rule.meter != .concurrent { line(depth + 1, "window: \(rule.window.word)") }
        line(depth + 1, "amount: \(amounts.text(rule.amount))")
        if let refill = rule.refill { line(depth + 1, "refill_per_second: \(rule.meter.refillText.text(refill))") }
        if let model = rule.model { line(depth + 1, "model: \(model.asYAML)") }
        if rule.mode != .enforce { line(depth + 1, "mode: \(rule.mode.rawValue)") }
        if let ceiling = rule.elasticCeiling { line(depth + 1, "elastic_ceiling: \(amounts.text(ceiling))") }
        if let pressure = rule.pressure { write(pressure, at: depth + 1) }
        if rule.schedule.isEmpty { return }
        line(depth + 1, "schedule:")
        for hours in rule.schedule { write(hours, amounts, at: depth + 2) }
    }

    private mutating func write(_ pressure: Pressure, at depth: Int) {
        line(depth, "pressure:")
        line(depth + 1, "threshold: \(share(pressure.thresholdPartsPerMillion))")
        for (priority, share) in pressure.sharesPartsPerMillion.sorted(by: { $0.key < $1.key }) {
            line(depth + 1, "\(priority.rawValue): \(self.share(share))")
        }
    }

    private mutating func write(_ hours: ScheduleRule, _ amounts: FixedPoint, at depth: Int) {
        let days = Weekday.allCases.filter(hours.weekdays.contains).map(\.word).joined(separator: ", ")
        line(depth, "- days: [\(days)]")
        line(depth + 1, "from: \"\(clock(hours.fromMinute))\"")
        line(depth + 1, "until: \"\(clock(hours.untilMinute))\"")
        line(depth + 1, "amount: \(amounts.text(hours.amount))")
    }

    private mutating func write(_ alerts: [AlertRule]) {
        line(0, alerts.isEmpty ? "alerts: []" : "alerts:")
        for alert in alerts {
            line(1, "- threshold: \(share(alert.thresholdPartsPerMillion))")
            line(2, "action: \(alert.action.rawValue)")
            let channels = AlertRule.Channel.allCases.filter(alert.channels.contains).map(\.rawValue)
            if !channels.isEmpty { line(2, "channels: [\(channels.joined(separator: ", "))]") }
            if let reduction = alert.reductionPartsPerMillion { line(2, "reduction: \(share(reduction))") }
            if let fallback = alert.fallback { line(2, "fallback: \(fallback.rawValue)") }
        }
    }

    private mutating func write(_ queue: QueueBounds) {
        line(0, "queue:")
        line(1, "length: \(queue.length)")
        line(1, "seconds: \(queue.seconds)")
        line(1, "waits_for_holds: \(queue.waitsForHolds)")
    }

    private func share(_ partsPerMillion: Int64) -> String {
        FixedPoint(places: 6).text(partsPerMillion)
    }

    private func clock(_ minute: Int) -> String {
        [minute / 60, minute % 60].map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
    }
}
