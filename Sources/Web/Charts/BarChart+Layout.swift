import Core

extension BarChart {
    private static let plotHeight = 160
    private static let top = 14
    private static let bottom = 20
    private static let minWidth = 960
    private static let maxStep = 60

    init(_ input: ChartInput, caption: String, words: Words) {
        let step = min(Self.maxStep, max(8, Self.minWidth / max(1, input.days.count)))
        let scale = Self.niceCeiling(input.maximum)
        self.init(
            caption: caption, width: max(Self.minWidth, step * input.days.count),
            height: Self.top + Self.plotHeight + Self.bottom,
            bars: input.days.enumerated().flatMap { index, day in
                Self.stack(day, input.series, x: index * step, width: step * 7 / 10, scale: scale, words)
            },
            marks: [scale, scale / 2].filter { $0 > 0 }.map {
                Mark(y: Self.top + Self.plotHeight - Self.length($0, scale), label: words.number($0))
            },
            ticks: Self.ticks(input.days, step: step),
            series: Self.series(input, words),
            rows: input.days.map { day in
                Row(day: day.label, amounts: day.amounts.map(words.number), total: words.number(day.total))
            })
    }

    /// From the bottom up; an amount that is not nothing is at least one unit high.
    private static func stack(
        _ day: ChartInput.Day, _ names: [String], x: Int, width: Int, scale: Int64, _ words: Words
    ) -> [Bar] {
        var floor = top + plotHeight
        var bars: [Bar] = []
        for (index, amount) in day.amounts.enumerated() where amount > 0 {
            let height = max(1, length(amount, scale))
            floor -= height
            bars.append(
                Bar(
                    x: x, y: floor, width: width, height: height, colour: colour(index),
                    tip: "\(day.label), \(names[index]): \(words.tokens(amount))"))
        }
        return bars
    }

    /// As many names as have room beside each other.
    private static func ticks(_ days: [ChartInput.Day], step: Int) -> [Tick] {
        let every = max(1, (maxStep + step - 1) / step)
        return stride(from: 0, to: days.count, by: every).map { Tick(x: $0 * step, label: days[$0].label) }
    }

    private static func series(_ input: ChartInput, _ words: Words) -> [Series] {
        input.series.enumerated().map { index, name in
            let total = input.days.reduce(Int64(0)) { $0.addingClamped($1.amounts[index]) }
            return Series(name: name, colour: colour(index), total: words.number(total))
        }
    }

    private static func length(_ amount: Int64, _ scale: Int64) -> Int {
        scale > 0 ? Int((Double(amount) / Double(scale) * Double(plotHeight)).rounded()) : 0
    }

    private static func colour(_ index: Int) -> String { "s\(min(index, 5) + 1)" }

    /// The next of 1, 2, 5, 10, 20, 50 … that is not below `value`.
    static func niceCeiling(_ value: Int64) -> Int64 {
        var unit: Int64 = 1
        while unit < Int64.max / 100 {
            for factor in [1, 2, 5] where unit * Int64(factor) >= value { return value > 0 ? unit * Int64(factor) : 0 }
            unit *= 10
        }
        return value
    }
}
