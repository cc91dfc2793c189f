import Core
import Foundation

@testable import Relay

extension AlertNotice {
    /// Somebody is at 85 % of a day in Berlin.
    static func example(
        holder: String = "Ada (ada@example.org)", model: String? = nil, action: AlertRule.Action = .warn,
        resetsAt: Timestamp? = Timestamp(milliseconds: 1_795_302_000_000), isTest: Bool = false
    ) -> AlertNotice {
        let limit = Limit(
            id: .init(rawValue: "limit-1"), scope: .tier, subject: "staff", meter: .tokens, window: .day, amount: 1_000)
        let alert = Alert(
            id: 7, at: Timestamp(milliseconds: 1_795_262_706_789), limit: limit, holder: "person-1",
            holderName: holder, modelName: model, thresholdPartsPerMillion: 805_000, action: action, used: 859,
            amount: 1_000, resetsAt: resetsAt)
        let organization = Organization(name: "Acme", timeZone: "Europe/Berlin")
        return AlertNotice(alert, of: organization, isTest: isTest)
    }
}

/// Alert channels for one test, shut down at its end.
func withChannels<Value>(
    sendmail: String = "/nonexistent/sendmail", timeout: Duration = .seconds(20),
    _ body: (AlertChannels) async throws -> Value
) async throws -> Value {
    var settings = AlertChannels.Settings(
        address: "https://chat.example.org", sendmail: sendmail,
        mailFrom: EmailAddress(rawValue: "sluice@chat.example.org")!)
    settings.webhookTimeout = timeout
    settings.sendmailTimeout = timeout
    let channels = AlertChannels(settings: settings)
    let outcome: Result<Value, any Error>
    do { outcome = .success(try await body(channels)) } catch { outcome = .failure(error) }
    try await channels.shutDown()
    return try outcome.get()
}
