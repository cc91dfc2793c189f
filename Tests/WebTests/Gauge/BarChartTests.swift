import Testing

@testable import Web

@Suite struct BarChartTests {
    private func chart(_ amounts: [[Int64]]) -> BarChart {
        let days = amounts.enumerated().map { ChartInput.Day(label: "day \($0)", amounts: $1) }
        return BarChart(ChartInput(series: ["a", "b"], days: days), caption: "Tokens", words: .english)
    }

    @Test func theStacksStandOnTheGroundAndOnEachOther() {
        let bars = chart([[100, 50]]).bars
        #expect(bars.count == 2)
        #expect(bars[0].y + bars[0].height == bars[1].y + bars[1].height + bars[0].height)
        #expect(bars[1].y + bars[1].height == bars[0].y)
    }

    @Test func anAmountThatIsNotNothingIsSeen() {
        #expect(chart([[1_000_000, 1]]).bars.map(\.height).min() == 1)
    }

    @Test func nothingAtAllIsNoBar() {
        let empty = chart([[0, 0]])
        #expect(empty.bars.isEmpty && empty.marks.isEmpty)
        #expect(empty.rows[0].total == "0")
    }

    @Test func theTableSaysTheSameNumbers() {
        let rows = chart([[1_234, 0], [5, 6]]).rows
        #expect(rows.map(\.amounts) == [["1,234", "0"], ["5", "6"]])
        #expect(rows.map(\.total) == ["1,234", "11"])
    }

    @Test func everythingStaysInsideTheDrawing() {
        let chart = chart((1...90).map { [Int64($0 * 7919 % 5_000), Int64($0 * 104_729 % 3_000)] })
        for bar in chart.bars {
            #expect(bar.x >= 0 && bar.x + bar.width <= chart.width)
            #expect(bar.y >= 0 && bar.y + bar.height <= chart.height)
        }
    }

    @Test(arguments: [
        (Int64(0), Int64(0)), (1, 1), (3, 5), (10, 10), (11, 20), (49_999, 50_000), (Int64.max, Int64.max),
    ])
    func theScaleEndsAtARoundNumber(_ value: Int64, _ ceiling: Int64) {
        #expect(BarChart.niceCeiling(value) == ceiling)
    }
}
