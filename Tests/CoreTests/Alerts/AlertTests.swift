import Foundation
import Testing

@testable import Core

@Suite struct AlertRetryTests {
    private let alert = Timestamp(milliseconds: 0)

    @Test(arguments: [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (35, 3600)] as [(Int64, Int64)])
    func waitsLongerEachTime(_ attempts: Int64, _ seconds: Int64) {
        let next = AlertRetry.next(after: attempts, of: alert, because: AlertFailure("x"), at: alert)
        #expect(next == alert.advanced(bySeconds: seconds))
    }

    @Test func waitsAsLongAsTheReceiverAsksButNotForever() {
        let patient = AlertFailure("busy", retryAfterSeconds: 600)
        #expect(AlertRetry.next(after: 1, of: alert, because: patient, at: alert) == alert.advanced(bySeconds: 600))
        let greedy = AlertFailure("busy", retryAfterSeconds: .max)
        #expect(AlertRetry.next(after: 1, of: alert, because: greedy, at: alert) == alert.advanced(bySeconds: 3600))
    }

    @Test func endsAfterADayOrWhereItCannotHelp() {
        let late = alert.advanced(bySeconds: AlertRetry.patienceSeconds - 10)
        #expect(AlertRetry.next(after: 1, of: alert, because: AlertFailure("x"), at: late) == nil)
        #expect(AlertRetry.next(after: 1, of: alert, because: AlertFailure("x", isFinal: true), at: alert) == nil)
        var (now, attempts) = (alert, Int64(0))
        while let next = AlertRetry.next(after: attempts + 1, of: alert, because: AlertFailure("x"), at: now) {
            (now, attempts) = (next, attempts + 1)
        }
        #expect((25...35).contains(attempts))
    }
}

@Suite struct AlertTargetsTests {
    @Test(arguments: [
        "ftp://example.org/x", "hooks.slack.com/x", "https://", "https://a b/c", "https://a/\r\nb", "javascript:1",
    ])
    func whatIsNoAddressIsRefused(_ text: String) {
        let targets = AlertTargets(slackURL: text, webhookURL: text)
        #expect(targets.flaws.all == [Flaw("slackURL", .malformed), Flaw("webhookURL", .malformed)])
        #expect(targets.target(of: .slack) == nil && targets.target(of: .webhook) == nil)
    }

    @Test(arguments: [
        "nobody", "a@b@c", "a@example.org,b@example.org", "<a@example.org>", "a\n@example.org", "\"a\"@example.org",
    ])
    func whatWouldChangeAHeaderIsNoAddress(_ text: String) {
        let targets = AlertTargets(emails: ["ada@example.org", text])
        #expect(targets.flaws.all == [Flaw("emails", .malformed)] && targets.target(of: .email) == nil)
    }

    @Test func whatIsRightLeadsSomewhere() {
        let targets = AlertTargets(slackURL: "https://hooks.slack.com/x", emails: ["ada@example.org"])
        #expect(targets.flaws.all.isEmpty && targets.target(of: .webhook) == nil)
        #expect(targets.target(of: .slack) == .slack(URL(string: "https://hooks.slack.com/x")!))
        #expect(targets.target(of: .email) == .email([EmailAddress(rawValue: "ada@example.org")!]))
    }

    @Test func secretsAreCut() {
        let secret = "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXabcd"
        let redacted = AlertTargets(slackURL: secret, webhookURL: "https://example.org/short?key=1").redacted
        #expect(redacted.slackURL == "https://hooks.slack.com/…abcd")
        #expect(redacted.webhookURL == "https://example.org/…")
    }

    @Test func percentagesAreRoundedDown() {
        let limit = Limit(scope: .person, subject: "ada", meter: .tokens, window: .day, amount: 1_000)
        func percent(_ used: Int64, of amount: Int64) -> Int64 {
            Alert(
                id: 1, at: Timestamp(milliseconds: 0), limit: limit, holder: "ada", holderName: "Ada",
                thresholdPartsPerMillion: 800_000, action: .warn, used: used, amount: amount
            ).usedPercent
        }
        #expect([percent(999, of: 1_000), percent(1_000, of: 1_000), percent(0, of: 0)] == [99, 100, 100])
        #expect(percent(.max, of: 1) == .max)
    }
}
