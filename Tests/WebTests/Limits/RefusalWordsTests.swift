import Foundation
import HTTPTypes
import Testing

@testable import Core
@testable import Web

/// Whoever is stopped is told which limit it was, how much was needed and left, when it returns, and what still works.
@Suite struct RefusalWordsTests {
    private let words = Words.english
    private let now = Timestamp(milliseconds: 1_795_240_800_000)
    private let berlin = TimeZone(identifier: "Europe/Berlin")!

    private func refusal(
        scope: Limit.Scope = .tier, meter: Limit.Meter = .tokens, window: Window = .day, held: Int64 = 0,
        resetsInSeconds: Int64? = 3600, canEverFit: Bool = true
    ) -> Refusal {
        Refusal(
            limit: .random(), scope: scope, meter: meter, window: window, ceiling: 25_000, used: 24_000, held: held,
            needed: 1_412, available: 1_000 - held, resetsAt: resetsInSeconds.map { now.advanced(bySeconds: $0) },
            canEverFit: canEverFit)
    }

    @Test func tokensOfTheDay() {
        #expect(
            words.explanation(of: refusal(held: 200), zone: berlin) == """
                Your tokens today: 1,412 tokens needed, 800 left of 25,000; other requests hold 200. \
                It returns at 21 Nov 2026, 08:00 GMT+1. \
                A shorter prompt, a new chat or another model may still fit. Your draft is kept.
                """)
    }

    @Test func theOrganizationsMonthIsNotCalledYours() {
        let text = words.explanation(of: refusal(scope: .organization, window: .month), zone: berlin)
        #expect(text.hasPrefix("Your organization's tokens this month: "))
    }

    @Test func requestsAtOnceEndWhenRepliesDo() {
        let text = words.explanation(
            of: refusal(meter: .concurrent, window: .lifetime, resetsInSeconds: nil), zone: berlin)
        #expect(text.contains("as many are running. Wait until a reply is finished, or stop one."))
        #expect(!text.contains("It returns"))
    }

    @Test func whatCanNeverFitIsNotToldToWait() {
        let never = refusal(canEverFit: false)
        let failure = Failure(never, now: now, zone: berlin, words: words)
        #expect(failure.status == .badRequest && failure.retryAfterSeconds == nil)
        #expect(failure.explanation.contains("the whole limit is 25,000"))
        #expect(failure.openAIType == "invalid_request_error")
    }

    @Test func machinesLearnWhenToComeBack() {
        let soon = Failure(refusal(resetsInSeconds: 60), now: now, zone: berlin, words: words)
        #expect(soon.status == .tooManyRequests && soon.retryAfterSeconds == 60)
        #expect(soon.headers[.xShouldRetry] == nil)
        let late = Failure(refusal(), now: now, zone: berlin, words: words)
        #expect(late.retryAfterSeconds == 3600 && late.headers[.xShouldRetry] == "false")
        #expect(late.code == "user_token_limit_exceeded" && late.openAIType == "insufficient_quota")
        #expect(late.details["resets_at"] == .text("2026-11-21T07:00:00Z"))
        #expect(late.details["available"] == .number(1000))
    }

    @Test(arguments: [
        (Limit.Scope.organization, Limit.Meter.cost, "organization_spend_limit_exceeded"),
        (.project, .cost, "project_spend_limit_exceeded"), (.request, .tokens, "request_token_limit_exceeded"),
        (.tier, .requests, "user_request_limit_exceeded"), (.person, .concurrent, "rate_limit_exceeded"),
    ])
    func eachScopeHasItsCode(_ scope: Limit.Scope, _ meter: Limit.Meter, _ code: String) {
        #expect(Failure(refusal(scope: scope, meter: meter), now: now, zone: berlin, words: words).code == code)
    }

    @Test func anUpstreamsOwnWordsStayInTheLog() {
        let failure = Failure(
            .refused(status: 401, message: "Incorrect API key sk-secret", retryAfterSeconds: nil), words)
        #expect(failure.status == .badGateway)
        #expect(!failure.explanation.contains("secret") && failure.explanation.contains("401"))
    }

    @Test(arguments: [
        (GateError.promptTooLong(TokenCount(tokens: 9_000, isExact: true), maximum: 8_000), 400),
        (.invalidReplyLength, 400), (.unknownModel("x"), 404), (.modelNotInTier("x"), 403), (.personDisabled, 403),
        (.duplicateRequest, 409), (.keyOfAnotherRequest, 422), (.upstream(.timedOut), 504),
        (.upstream(.unreachable(detail: "")), 502),
        (.shuttingDown, 503), (.storeUnavailable(detail: "secret"), 503),
    ])
    func theGatesErrorsHaveTheirStatus(_ error: GateError, _ status: Int) {
        let failure = Failure(error, now: now, zone: berlin, words: words)
        #expect(failure.status.code == status)
        #expect(!failure.title.isEmpty && !failure.explanation.contains("secret"))
    }

    @Test func everyFlawIsWordedBesideItsField() {
        let flaws = Flaws([
            Flaw("name", .missing), Flaw("name", .taken), Flaw("day", .outOfRange(1...1_000_000)),
            Flaw("password", .tooShort(minCharacters: 12)),
        ])
        #expect(
            flaws.sentences(words) == [
                "name": "This is needed.", "day": "A whole number from 1 to 1,000,000.",
                "password": "At least 12 characters.",
            ])
    }
}
