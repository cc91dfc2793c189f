import Testing

@testable import Core

/// What a window will come to, told from what is known of it.
@Suite struct ForecastTests {
    private static let hour: Int64 = 3_600_000

    /// A day of 24 hours that began at zero.
    private func day(taken: Int64, recent: Int64 = 0, previous: [Int64] = []) -> Forecast {
        Forecast(
            amount: 24_000, taken: taken, start: Timestamp(milliseconds: 0),
            end: Timestamp(milliseconds: 24 * Self.hour),
            recent: recent, recentHours: 3, previous: previous)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let hour: Int64
        let taken: Int64
        var recent: Int64 = 0
        var previous: [Int64] = []
        let atEnd: Int64
    }

    @Test(arguments: [
        Case(testDescription: "a steady day goes on steadily", hour: 12, taken: 6_000, recent: 1_500, atEnd: 12_000),
        Case(testDescription: "at its end it is what it is", hour: 24, taken: 6_000, recent: 3_000, atEnd: 6_000),
        Case(
            testDescription: "at the beginning it is as the days before", hour: 0, taken: 0, previous: [5_000, 7_000],
            atEnd: 6_000),
        Case(testDescription: "a day of which nobody knows anything may go whole", hour: 0, taken: 0, atEnd: 24_000),
        // This day's pace is over a quarter of it, not over the hour; and five sixths of the days' before come on top.
        Case(
            testDescription: "the first hour is not multiplied by 24", hour: 1, taken: 1_000, previous: [6_000, 6_000],
            atEnd: 1_000 + 23 * 1_000 / 6 + 23 * 250 * 5 / 6),
        Case(
            testDescription: "from a quarter on it speaks for itself", hour: 6, taken: 6_000, previous: [0],
            atEnd: 24_000),
        Case(
            testDescription: "what was fast lately is fast for as long again", hour: 12, taken: 6_000, recent: 6_000,
            atEnd: 16_500),
        Case(testDescription: "lately is no longer than the rest", hour: 23, taken: 2_300, recent: 3_000, atEnd: 3_300),
        Case(testDescription: "what was slow lately proves nothing", hour: 12, taken: 12_000, recent: 0, atEnd: 24_000),
    ])
    func comesTo(_ expected: Case) {
        let forecast = day(taken: expected.taken, recent: expected.recent, previous: expected.previous)
        let end = forecast.atEnd(seenAt: Timestamp(milliseconds: expected.hour * Self.hour))
        #expect((expected.atEnd - 2...expected.atEnd).contains(end), "\(end)")
    }

    @Test func isNeverLessThanWhatIsTakenWhateverTheClockAndTheNumbers() {
        for moment: Int64 in [-1, 0, 1, 12 * Self.hour, 24 * Self.hour, .max] {
            for taken: Int64 in [0, 1, 24_000, Limit.amountRange.upperBound, .max] {
                let forecast = day(taken: taken, recent: .max, previous: [.max, 0])
                #expect(forecast.atEnd(seenAt: Timestamp(milliseconds: moment)) >= taken)
            }
        }
    }

    @Test func growsWithWhatIsTaken() {
        for hour in 0...24 {
            let now = Timestamp(milliseconds: Int64(hour) * Self.hour)
            let ends = stride(from: Int64(0), through: 30_000, by: 1_000).map {
                day(taken: $0, previous: [9_000]).atEnd(seenAt: now)
            }
            #expect(ends == ends.sorted())
        }
    }

    @Test func aLimitOfNothingHasNoRoom() {
        var forecast = day(taken: 0)
        forecast.amount = 0
        #expect(forecast.share(seenAt: Timestamp(milliseconds: 0)) == .max)
    }
}
