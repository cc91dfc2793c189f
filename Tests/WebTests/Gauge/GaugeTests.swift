import Foundation
import Testing

@testable import Web

@Suite struct GaugeTests {
    private func input(_ change: (inout GaugeInput) -> Void = { _ in }) -> GaugeInput {
        var input = GaugeInput(
            limit: 10_000, used: 2_000, held: 1_000, needs: 500, isExact: true, replyMax: 4_000, promptMax: 3_000)
        change(&input)
        return input
    }

    private func gauge(_ input: GaugeInput) -> Gauge {
        Gauge(input, name: "Your tokens today", resets: nil, words: .english)
    }

    @Test func theFourPartsAddUpToWhatIsNotUsed() {
        let input = input()
        #expect(input.left == 7_000)
        #expect(input.reply == 4_000)
        #expect(input.after == 2_500)
        #expect(input.after + input.reply + input.needs + input.held + input.used == input.limit)
    }

    @Test(arguments: [
        (Int64(0), GaugeState.ok), (6_999, .ok), (7_000, .near), (8_499, .near), (8_500, .strong), (8_999, .strong),
    ])
    func itWarnsFromEightyAndStronglyFromNinetyFivePercent(_ used: Int64, _ state: GaugeState) {
        let input = input {
            $0.used = used
            $0.needs = 0
        }
        #expect(input.state == state)
    }

    @Test func aNearlyEmptyBalanceMakesTheReplyShorterBeforeItBlocks() {
        let short = input { $0.used = 8_000 }
        #expect(short.reply == 500)
        #expect(short.state == .near || short.state == .ok)
        #expect(gauge(short).advice == "Your balance allows a reply of at most 500 tokens, shorter than usual.")
        #expect(input { $0.used = 8_499 }.reply == 1)
        #expect(input { $0.used = 8_500 }.state == .blocked)
    }

    @Test func aPromptOverItsMaximumIsBlockedHoweverMuchIsLeft() {
        let long = input { $0.needs = 3_001 }
        #expect(long.state == .blocked)
        #expect(gauge(long).advice?.contains("it needs 3,001 tokens, and one prompt may take 3,000 tokens") == true)
    }

    @Test func aZeroBalanceIsShownAsZero() {
        let empty = gauge(input { $0.used = 12_000 })
        #expect(empty.left == "0" && empty.reply == "0" && empty.after == "0")
        #expect(empty.isBlocked)
    }

    @Test func anEstimateIsMarked() {
        #expect(gauge(input { $0.isExact = false }).needs == "≈ 500")
        #expect(gauge(input()).needs == "500")
    }

    @Test func theBarNeverLeavesItsThousandths() {
        for used in stride(from: Int64(0), through: 12_000, by: 37) {
            let bar = gauge(input { $0.used = used }).bar
            #expect(bar.heldStart + bar.heldWidth <= 1_003, "used \(used)")
            #expect(bar.replyStart == bar.afterWidth && bar.needsStart == bar.replyStart + bar.replyWidth)
        }
    }

    @Test func hugeLimitsDoNotOverflow() {
        let huge = input {
            $0.limit = .max
            $0.used = .max / 10 * 9
            $0.held = 0
        }
        #expect(huge.state == .near)
        let overfull = input {
            $0.used = .max
            $0.held = .max
        }
        #expect(overfull.left == 0 && overfull.state == .blocked)
    }

    @Test func theJSONHasTheNamesThatTheTemplateHas() throws {
        let json = try JSONEncoder().encode(Samples.gauge())
        let names = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any]).keys
        #expect(Set(names).isSuperset(of: ["left", "held", "needs", "reply", "after", "state", "bar", "numbers"]))
        let script = try String(contentsOfFile: Repository.root + "/public/gauge.js", encoding: .utf8)
        for name in ["numbers", "bar", "advice", "resets", "state"] { #expect(script.contains("gauge.\(name)")) }
    }
}
