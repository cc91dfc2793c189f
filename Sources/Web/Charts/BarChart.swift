import Core

/// Bars over days, stacked by series (`templates/chart.mustache`): an SVG, and the same numbers as a table.
struct BarChart: Sendable {
    /// What the chart shows, in one sentence.
    let caption: String
    /// Of the drawing, in its own units.
    let width: Int
    let height: Int
    let bars: [Bar]
    let marks: [Mark]
    let ticks: [Tick]
    let series: [Series]
    let rows: [Row]

    /// One piece of one day's stack.
    struct Bar: Sendable {
        let x: Int
        let y: Int
        let width: Int
        let height: Int
        /// `s1` to `s6`: the colour in the style sheet.
        let colour: String
        /// What a pointer that rests on it reads.
        let tip: String
    }

    /// A line across, with what it stands for.
    struct Mark: Sendable {
        let y: Int
        let label: String
    }

    /// A day's name below its stack.
    struct Tick: Sendable {
        let x: Int
        let label: String
    }

    struct Series: Sendable {
        let name: String
        let colour: String
        let total: String
    }

    struct Row: Sendable {
        let day: String
        let amounts: [String]
        let total: String
    }
}

/// The numbers that a chart is made of.
struct ChartInput: Sendable {
    /// Largest first. From the sixth on they share a colour; their numbers stay apart in the table.
    var series: [String]
    var days: [Day]

    struct Day: Sendable {
        var label: String
        /// One amount per series.
        var amounts: [Int64]

        var total: Int64 { amounts.reduce(0) { $0.addingClamped($1) } }
    }

    var maximum: Int64 { days.map(\.total).max() ?? 0 }
}
