import Core
import Foundation

/// What one person used over some days, by day and model.
struct AccountUsageReport {
    let calendar: WindowCalendar
    /// The earliest first, those without use too.
    let days: [WindowInterval]
    /// The heaviest first.
    let models: [ModelUsage]
    private let totals: [Cell: UsageTotals]

    private struct Cell: Hashable {
        let day: Timestamp
        let model: ModelID
    }

    /// - Parameter slots: those of all the days.
    init(_ slots: [UsageSlot], days: [WindowInterval], calendar: WindowCalendar) {
        self.calendar = calendar
        self.days = days
        var totals: [Cell: UsageTotals] = [:]
        var models: [ModelID: UsageTotals] = [:]
        for slot in slots {
            guard let day = days.last(where: { $0.start <= slot.start }) else { continue }
            totals[Cell(day: day.start, model: slot.model), default: UsageTotals()] += slot.totals
            models[slot.model, default: UsageTotals()] += slot.totals
        }
        self.totals = totals
        self.models = models.map { ModelUsage(model: $0.key, totals: $0.value) }
            .sorted { ($1.totals.totalTokens, $0.model.rawValue) < ($0.totals.totalTokens, $1.model.rawValue) }
    }

    var total: UsageTotals { models.reduce(UsageTotals()) { $0 + $1.totals } }

    /// Nil where nothing went to the model on that day.
    func totals(on day: WindowInterval, of model: ModelID) -> UsageTotals? {
        totals[Cell(day: day.start, model: model)]
    }
}

extension UsageTotals {
    fileprivate static func += (left: inout Self, right: Self) { left = left + right }
}

// MARK: As a chart, as a spreadsheet

extension AccountUsageReport {
    /// - Parameter names: what the models are called.
    func chart(_ names: [ModelID: String], _ words: Words) -> BarChart? {
        guard !models.isEmpty else { return nil }
        let input = ChartInput(
            series: models.map { names[$0.model] ?? $0.model.rawValue },
            days: days.map { day in
                ChartInput.Day(
                    label: Moment.dayOfMonth(day.start, calendar.timeZone),
                    amounts: models.map { totals(on: day, of: $0.model)?.totalTokens ?? 0 })
            })
        return BarChart(input, caption: words("Tokens per day and model"), words: words)
    }

    /// One line for each day and model; days without use have none.
    func table(_ names: [ModelID: String]) -> CSVTable {
        var table = CSVTable([
            "day", "model", "requests", "prompt_tokens", "cached_prompt_tokens", "completion_tokens",
            "reasoning_tokens", "total_tokens", "cost_nanodollars",
        ])
        for day in days {
            for model in models {
                guard let totals = totals(on: day, of: model.model) else { continue }
                let name = names[model.model] ?? model.model.rawValue
                table.append([Moment.date(day.start, calendar.timeZone), name] + totals.columns)
            }
        }
        return table
    }
}

extension UsageTotals {
    fileprivate var columns: [String] {
        [
            requests, promptTokens, cachedPromptTokens, completionTokens, reasoningTokens, totalTokens, cost,
        ].map { String($0) }
    }
}
