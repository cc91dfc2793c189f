import Foundation
import Testing
import Tokenizer

@Suite struct CalibrationTests {
    @Test func beforeAnythingIsKnownTheMarginIsAQuarter() {
        #expect(Calibration().held(for: 1000) == 1250)
        #expect(Calibration().held(for: 1) == 2)
        #expect(Calibration().held(for: 0) == 0)
    }

    @Test func theMarginCoversNinetyNineOfAHundredRequests() {
        var calibration = Calibration()
        for request in 0..<1000 { calibration.learn(counted: 1000, reported: request % 200 == 0 ? 5000 : 1100) }
        #expect(calibration.percent(for: 1000) == 110)
        for _ in 0..<50 { calibration.learn(counted: 1000, reported: 1490) }
        #expect(calibration.percent(for: 1000) == 150)
    }

    @Test func anUpstreamThatCountsFewerTokensNeedsNoMarginButIsHeldWhole() {
        var calibration = Calibration()
        for _ in 0..<100 { calibration.learn(counted: 1000, reported: 700) }
        #expect(calibration.held(for: 1000) == 1000)
    }

    @Test func shortPromptsHaveAMarginOfTheirOwn() {
        var calibration = Calibration()
        for _ in 0..<100 {
            calibration.learn(counted: 20, reported: 60)
            calibration.learn(counted: 2000, reported: 2040)
        }
        #expect(calibration.held(for: 20) == 60)
        #expect(calibration.held(for: 2000) == 2040)
        #expect(calibration.percent(for: 200) == 300, "the next smaller size is taken: rather too much than too little")
    }

    @Test func aSizeThatIsTheFirstToBeKnownServesSmallerOnesToo() {
        var calibration = Calibration()
        for _ in 0..<20 { calibration.learn(counted: 5000, reported: 5500) }
        #expect(calibration.percent(for: 10) == 110)
    }

    @Test func itForgetsAnUpstreamThatHasChanged() {
        var calibration = Calibration()
        for _ in 0..<3000 { calibration.learn(counted: 1000, reported: 2000) }
        for _ in 0..<40_000 { calibration.learn(counted: 1000, reported: 1000) }
        #expect(calibration.percent(for: 1000) == 100)
    }

    @Test func nonsenseTeachesNothing() {
        var calibration = Calibration()
        for _ in 0..<100 {
            calibration.learn(counted: 0, reported: 10)
            calibration.learn(counted: 10, reported: 0)
            calibration.learn(counted: 10, reported: -1)
            calibration.learn(counted: -1, reported: 10)
        }
        #expect(calibration == Calibration())
    }

    @Test func hugeNumbersDoNotOverflow() {
        var calibration = Calibration()
        for _ in 0..<100 { calibration.learn(counted: 1, reported: .max) }
        #expect(calibration.percent(for: 1) == 1000)
        #expect(calibration.held(for: .max) == .max)
        #expect(calibration.held(for: -5) == 0)
    }

    @Test func everyRatioIsCoveredByItsStep() {
        for reported in stride(from: Int64(50), through: 1000, by: 1) {
            var calibration = Calibration()
            for _ in 0..<20 { calibration.learn(counted: 100, reported: reported) }
            let held = calibration.held(for: 100)
            #expect(held >= reported && held <= max(100, reported + 25), "ratio \(reported) %")
        }
    }

    @Test func itSurvivesTheStore() throws {
        var calibration = Calibration()
        for _ in 0..<100 { calibration.learn(counted: 100, reported: 130) }
        let stored = try JSONEncoder().encode(calibration)
        #expect(try JSONDecoder().decode(Calibration.self, from: stored) == calibration)
    }
}
