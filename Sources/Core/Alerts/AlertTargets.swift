/// Where alerts go. A channel without a target is silent.
public struct AlertTargets: Sendable, Hashable, Codable {
    /// A Slack incoming webhook, or anything that takes its `{"text": …}`.
    public var slackURL: String?
    /// Takes each alert as a JSON object by POST.
    public var webhookURL: String?
    /// Takes each alert by e-mail.
    public var emails: [String]

    public init(slackURL: String? = nil, webhookURL: String? = nil, emails: [String] = []) {
        self.slackURL = slackURL
        self.webhookURL = webhookURL
        self.emails = emails
    }
}
