import Core
import SeededRandom
import Testing

struct RefillTests {
    @Test func aBucketFlowsBackSecondBySecond() {
        var refill = Refill(countedUntil: at(0))
        #expect(refill.advance(to: at(1000), rate: 100_000_000) == 100)
        #expect(refill.advance(to: at(1010), rate: 100_000_000) == 1)
        #expect(refill.advance(to: at(1014), rate: 100_000_000) == 0)
        #expect(refill.advance(to: at(1020), rate: 100_000_000) == 1)
    }

    /// However often it is looked at, in the end the same has flowed.
    @Test(arguments: [1, 333_333, 1_000_000, 2_999_999, 7_654_321] as [Int64])
    func nothingIsLostBetweenTwoLooks(rate: Int64) {
        var often = Refill(countedUntil: at(0))
        var seldom = often
        let total = stride(from: 7, through: 10_000_000, by: 7 * 131).reduce(0) {
            $0 + often.advance(to: at(Int64($1)), rate: rate)
        }
        #expect(seldom.advance(to: often.countedUntil, rate: rate) == total)
        #expect(often.remainder == seldom.remainder)
    }

    @Test func aClockThatStepsBackFillsNothingTwice() {
        var refill = Refill(countedUntil: at(10_000))
        #expect(refill.advance(to: at(4000), rate: 1_000_000) == 0)
        #expect(refill.advance(to: at(10_000), rate: 1_000_000) == 0)
        #expect(refill.advance(to: at(11_000), rate: 1_000_000) == 1)
    }

    @Test func aClockThatHadBeenFarAheadStopsNoRefill() {
        var refill = Refill(countedUntil: at(400 * 86_400_000), remainder: 7)
        #expect(refill.advance(to: at(0), rate: 1_000_000) == 0)
        #expect(refill == Refill(countedUntil: at(0), remainder: 7))
        #expect(refill.advance(to: at(1000), rate: 1_000_000) == 1)
    }

    @Test func theMomentIsTheFirstAtWhichItIsThere() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let refill = Refill(
                countedUntil: at(.random(in: 0...1_000_000, using: &random)),
                remainder: .random(in: 0...999_999_999, using: &random))
            let rate = Int64.random(in: 1...5_000_000, using: &random)
            let units = Int64.random(in: 1...10_000, using: &random)
            let moment = refill.moment(of: units, rate: rate)
            var then = refill
            var before = refill
            #expect(then.advance(to: moment, rate: rate) >= units)
            #expect(before.advance(to: at(moment.milliseconds - 1), rate: rate) < units)
        }
    }

    @Test func absurdSpansFillTheBucketInsteadOfOverflowing() {
        var refill = Refill(countedUntil: at(.min / 2))
        #expect(refill.advance(to: at(.max / 2), rate: Limit.refillRange.upperBound) == .max)
    }

    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }
}
