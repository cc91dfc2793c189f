import Core

/// A reading in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/
///
/// Counters count from the beginning of the organization's day and then begin anew, as those of a program do that is
/// started again: `rate` and `increase` know how to read that.
struct MetricsText {
    private(set) var text = ""

    init(_ reading: MetricsReading, version: String) {
        add("sluice_info", .gauge, "What runs here.", [Sample(["version": version], 1)])
        add("sluice_queue_depth", .gauge, "Requests that wait for their turn.", [Sample([:], reading.queueDepth)])
        add("sluice_requests_running", .gauge, "Requests that hold tokens.", [Sample([:], reading.openHolds)])
        addLevels(reading.levels)
        addUsage(reading.usage)
        add(
            "sluice_refusals_total", .counter, "Requests that a limit refused today, or in shadow mode would have.",
            reading.refusals.map {
                Sample($0.limit.labels + [("mode", $0.mode.rawValue)], $0.requests)
            })
        addAlerts(reading)
    }

    private mutating func addLevels(_ levels: [MetricsReading.Level]) {
        let sample = { (level: MetricsReading.Level, value: Int64) in
            Sample(level.labels, level.account.limit.meter.metric(value))
        }
        add(
            "sluice_limit", .gauge, "What may be taken of a limit in this window; cost in dollars.",
            levels.map { sample($0, $0.account.amount) })
        add("sluice_limit_used", .gauge, "What was taken of it.", levels.map { sample($0, $0.account.spent) })
        add(
            "sluice_limit_held", .gauge, "What running requests hold of it.",
            levels.map { sample($0, $0.account.held) })
    }

    private mutating func addUsage(_ usage: UsageTotals) {
        add("sluice_requests_total", .counter, "Requests settled today.", [Sample([:], usage.requests)])
        add(
            "sluice_tokens_total", .counter, "Tokens taken today. Cached ones are prompt, reasoning ones completion.",
            [
                Sample(["kind": "prompt"], usage.promptTokens), Sample(["kind": "completion"], usage.completionTokens),
                Sample(["kind": "cached_prompt"], usage.cachedPromptTokens),
                Sample(["kind": "reasoning"], usage.reasoningTokens),
            ])
        add(
            "sluice_cost_dollars_total", .counter, "What they cost.",
            [Sample([:], Limit.Meter.cost.metric(usage.cost))])
    }

    private mutating func addAlerts(_ reading: MetricsReading) {
        add(
            "sluice_alerts_total", .counter, "Thresholds reached today.",
            AlertRule.Action.allCases.map { Sample(["action": $0.rawValue], reading.alerts[$0] ?? 0) })
        add(
            "sluice_alert_deliveries_waiting", .gauge, "Deliveries of alerts that are to be made.",
            [Sample([:], reading.waitingDeliveries)])
        add(
            "sluice_alert_deliveries_given_up_total", .counter, "Those that were given up today.",
            [Sample([:], reading.givenUpDeliveries)])
    }

    // MARK: The format

    private enum Kind: String { case gauge, counter }

    private struct Sample {
        let labels: [(name: String, value: String)]
        let value: String

        init(_ labels: [(String, String)], _ value: String) {
            self.labels = labels
            self.value = value
        }

        init(_ labels: [(String, String)], _ value: Int64) {
            self.init(labels, String(value))
        }

        init(_ labels: KeyValuePairs<String, String>, _ value: Int64) {
            self.init(labels.map { ($0, $1) }, String(value))
        }

        init(_ labels: KeyValuePairs<String, String>, _ value: String) {
            self.init(labels.map { ($0, $1) }, value)
        }
    }

    private mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\($0.value.escapedForLabel)\"" }.joined(separator: ",")
            text += name + (labels.isEmpty ? "" : "{\(labels)}") + " \(sample.value)\n"
        }
    }
}

extension MetricsReading.Level {
    /// The identifier keeps apart what has the same name. None of it is a person's.
    fileprivate var labels: [(String, String)] {
        account.limit.name.labels + [
            ("holder", holderName), ("model", modelName ?? ""), ("mode", account.limit.mode.rawValue),
            ("limit", account.limit.id.rawValue),
        ]
    }
}

extension Limit.Name {
    fileprivate var labels: [(String, String)] {
        [("scope", scope.rawValue), ("meter", meter.rawValue), ("window", window.rawValue)]
    }
}

extension Limit.Meter {
    /// Nanodollars as dollars, digit by digit.
    fileprivate func metric(_ value: Int64) -> String {
        guard self == .cost else { return String(value) }
        let fraction = String(value.magnitude % 1_000_000_000 + 1_000_000_000).dropFirst()
        return (value < 0 ? "-" : "") + String(value.magnitude / 1_000_000_000) + "." + fraction
    }
}

extension String {
    fileprivate var escapedForLabel: String {
        replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
