import SeededRandom
import Testing

@testable import Core

/// How far a person's limit may rise, by what the organization will need.
@Suite struct ElasticLimitTests {
    private func limit(
        _ amount: Int64 = 100_000, ceiling: Int64? = 200_000, raisedTo: Int64? = nil, model: ModelID? = nil
    ) -> Limit {
        Limit(
            scope: .tier, subject: "staff", model: model, meter: .tokens, window: .day, amount: amount,
            elasticCeiling: ceiling, raisedTo: raisedTo)
    }

    /// Where it comes to rest at this forecast.
    private func rest(_ limit: Limit, at forecast: Int64) -> Int64 {
        var limit = limit
        for _ in 0..<20 { limit.raisedTo = limit.raise(byForecast: forecast) }
        return limit.raisedAmount
    }

    @Test(
        arguments: [
            (0, 200_000), (410_000, 200_000), (500_000, 200_000), (500_001, 190_000), (530_000, 190_000),
            (650_000, 150_000), (770_000, 110_000), (770_001, 100_000), (800_000, 100_000), (5_000_000, 100_000),
            (Int64.max, 100_000),
        ] as [(Int64, Int64)])
    func comesToRest(_ forecast: Int64, _ amount: Int64) {
        #expect(rest(limit(), at: forecast) == amount)
        #expect(rest(limit(raisedTo: 200_000), at: forecast) == amount)
    }

    @Test func risesStepByStepAndFallsAtOnce() {
        #expect(limit().raise(byForecast: 0) == 110_000)
        #expect(limit(raisedTo: 110_000).raise(byForecast: 0) == 120_000)
        #expect(limit(raisedTo: 200_000).raise(byForecast: 650_000) == 150_000)
        #expect(limit(raisedTo: 200_000).raise(byForecast: 900_000) == nil)
    }

    @Test func staysWhileTheForecastMovesWithinAStep() {
        for forecast: Int64 in stride(from: 620_001, through: 650_000, by: 1_000) {
            #expect(limit(raisedTo: 150_000).raise(byForecast: forecast) == 150_000)
        }
    }

    @Test func withoutAForecastOrACeilingItIsNotRaised() {
        #expect(limit(raisedTo: 150_000).raise(byForecast: nil) == nil)
        #expect(limit(ceiling: nil, raisedTo: 150_000).raise(byForecast: 0) == nil)
        #expect(limit(ceiling: 100_000).raise(byForecast: 0) == nil)
    }

    @Test func isNeverBelowTheAmountNorAboveTheCeiling() {
        var numbers = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let amount = Int64.random(in: 0...Limit.amountRange.upperBound, using: &numbers)
            let most = numbers.one(in: 2) ? amount + 20 : Limit.amountRange.upperBound
            let ceiling = Int64.random(in: amount...most, using: &numbers)
            let before = numbers.one(in: 2) ? nil : Int64.random(in: 0...Limit.amountRange.upperBound, using: &numbers)
            let changed = limit(amount, ceiling: ceiling, raisedTo: before)
            if let raise = changed.raise(byForecast: .random(in: 0...1_200_000, using: &numbers)) {
                #expect(raise > amount && raise <= ceiling, "\(changed)")
            }
            #expect((amount...ceiling).contains(changed.raisedAmount))
        }
    }

    @Test func aCeilingCloseByIsReached() {
        #expect(rest(limit(10, ceiling: 13), at: 0) == 13)
    }

    @Test func theTightestForecastOfTheSameMeterDecides() {
        let large = ModelID(rawValue: "large")
        func outlook(_ share: Int64, _ meter: Limit.Meter = .tokens, model: ModelID? = nil) -> Outlook {
            Outlook(
                limit: Limit(scope: .organization, subject: "o", model: model, meter: meter, window: .month, amount: 9),
                sharePartsPerMillion: share)
        }
        let all = [outlook(300_000), outlook(410_000), outlook(900_000, .cost), outlook(800_000, model: large)]
        #expect(limit().outlook(among: all)?.sharePartsPerMillion == 410_000)
        #expect(limit(model: large).outlook(among: all)?.sharePartsPerMillion == 800_000)
        #expect(limit().outlook(among: [all[2]]) == nil)
        #expect(
            limit().reason(forAmount: 130_000, by: all[1])
                == "forecast 41 % of the organization's tokens per month: raised to 130,000")
        #expect(
            limit(raisedTo: 150_000).reason(forAmount: 100_000, by: nil)
                == "no limit of the organization to forecast: lowered to 100,000")
    }

    @Test(
        arguments: [
            (Limit.Meter.tokens, 0, "0"), (.tokens, 999, "999"), (.requests, 1_000, "1,000"),
            (.tokens, 1_234_567, "1,234,567"), (.tokens, -12_345, "-12,345"), (.cost, 1_250_000_000, "$1.25"),
            (.cost, 1_234_000_000_000, "$1,234.00"), (.cost, 1_000, "$0.000001"),
        ] as [(Limit.Meter, Int64, String)])
    func figuresAreReadable(_ meter: Limit.Meter, _ value: Int64, _ text: String) {
        #expect(meter.figure(value) == text)
    }
}
