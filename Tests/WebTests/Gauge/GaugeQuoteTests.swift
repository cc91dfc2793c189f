import Foundation
import Testing

@testable import Core
@testable import Web

/// The gauge and the gate read the same accounts: what one promises the other keeps.
@Suite struct GaugeQuoteTests {
    private let day = account(.day, amount: 25_000, used: 6_000, held: 1_000)
    private let hour = account(.hour, amount: 20_000, used: 3_000, held: 1_000)

    private static func account(
        _ window: Window, meter: Limit.Meter = .tokens, amount: Int64, used: Int64, held: Int64 = 0
    ) -> Account {
        let limit = Limit(scope: .tier, subject: "t", meter: meter, window: window, amount: amount)
        return Account(
            limit: limit, holder: "p", windowStart: Samples.now, resetsAt: Samples.now.advanced(bySeconds: 3600),
            used: used, held: held)
    }

    private func quote(
        _ prompt: Int64, on accounts: [Account], replyMax: Int64 = 4_000, weightPartsPerMillion: Int64 = 1_000_000
    ) -> Quote {
        let demand = Demand(
            promptTokens: prompt, replyCap: replyMax, tariff: Tariff(weightPartsPerMillion: weightPartsPerMillion))
        return Quote(
            promptTokens: TokenCount(tokens: prompt, isExact: true), maxPromptTokens: 8_000, maxReplyTokens: replyMax,
            admission: Admission.decide(demand, on: accounts), accounts: accounts)
    }

    private func gauge(_ quote: Quote) throws -> Gauge {
        try #require(Gauge(quote, zone: .gmt, words: .english))
    }

    @Test func itShowsTheTokenLimitWithTheLeastLeft() throws {
        let gauge = try gauge(quote(500, on: [hour, day]))
        #expect(gauge.name == "Your tokens this hour" && gauge.left == "16,000")
        #expect(gauge.needs == "500" && gauge.reply == "4,000" && gauge.after == "11,500")
        #expect(gauge.state == "ok" && gauge.advice == nil)
    }

    @Test func theReplyItPromisesIsTheOneThatTheGateGrants() throws {
        for used in stride(from: Int64(0), through: 25_000, by: 613) {
            let quote = quote(1_500, on: [Self.account(.day, amount: 25_000, used: used)])
            let gauge = try gauge(quote)
            if case .granted(let allowance) = quote.admission {
                #expect(gauge.reply == Words.english.number(allowance.replyCap) && !gauge.isBlocked)
            } else {
                #expect(gauge.isBlocked, "used \(used)")
            }
        }
    }

    @Test func aRefusalIsInTheServersOwnWords() throws {
        let quote = quote(1_500, on: [Self.account(.day, amount: 25_000, used: 24_000)])
        let refusal = try #require(quote.refusal)
        #expect(try gauge(quote).advice == Words.english.explanation(of: refusal, zone: .gmt))
    }

    @Test func aLimitOnRequestsBlocksAFullBalance() throws {
        let busy = Self.account(.minute, meter: .requests, amount: 3, used: 3)
        let gauge = try gauge(quote(500, on: [day, busy]))
        #expect(gauge.isBlocked && gauge.name == "Your tokens today" && gauge.left == "18,000")
        #expect(gauge.advice?.hasPrefix("Your requests this minute: 1 request needed, 0 left of 3.") == true)
    }

    @Test func aDearModelTakesMoreOfTheLimitThanItsTokens() throws {
        let gauge = try gauge(quote(500, on: [day], weightPartsPerMillion: 2_000_000))
        #expect(gauge.needs == "1,000" && gauge.reply == "8,000" && gauge.after == "9,000")
    }

    @Test func withoutALimitOnTokensThereIsNoGauge() {
        #expect(Gauge(quote(500, on: []), zone: .gmt, words: .english) == nil)
    }

    @Test func theRowsMarkTheLimitThatBinds() {
        let rows = LimitRow.rows([hour, day], zone: .gmt, words: .english)
        #expect(rows.map(\.isBinding) == [true, false])
        #expect(rows.map(\.left) == ["16,000", "18,000"])
    }
}
