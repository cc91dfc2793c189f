public import Foundation

/// Where alerts go. A channel without a target is silent.
///
/// The addresses of webhooks are secrets: whoever knows one can write to it.
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

    /// Where one channel leads; nil where it leads nowhere, or where nobody can be reached by what was stored.
    public func target(of channel: AlertRule.Channel) -> AlertTarget? {
        switch channel {
        case .slack: slackURL.flatMap(Self.address).map(AlertTarget.slack)
        case .webhook: webhookURL.flatMap(Self.address).map(AlertTarget.webhook)
        case .email:
            emails.isEmpty || emailAddresses.count < emails.count ? nil : .email(emailAddresses)
        }
    }

    public static let mostEmails = 20

    public var flaws: Flaws {
        var flaws = Flaws([])
        flaws.note(slackURL == nil || target(of: .slack) != nil ? nil : .malformed, about: "slackURL")
        flaws.note(webhookURL == nil || target(of: .webhook) != nil ? nil : .malformed, about: "webhookURL")
        flaws.note(emailAddresses.count == emails.count ? nil : .malformed, about: "emails")
        flaws.note(emails.count > Self.mostEmails ? .tooMany(most: Self.mostEmails) : nil, about: "emails")
        return flaws
    }

    /// For records that more people read than may write to the webhooks: what is secret is cut to what tells two
    /// addresses apart.
    public var redacted: AlertTargets {
        AlertTargets(
            slackURL: slackURL.map(Self.redacted), webhookURL: webhookURL.map(Self.redacted), emails: emails)
    }

    private var emailAddresses: [EmailAddress] {
        emails.compactMap(EmailAddress.init).filter { $0.rawValue.rangeOfCharacter(from: Self.special) == nil }
    }

    /// What would mean more than itself in the header of a message (RFC 5322, 3.2.3).
    private static let special = CharacterSet(charactersIn: "()<>[]:;,\\\"")

    private static func address(_ text: String) -> URL? {
        guard text.utf8.count <= 2000, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let url = URL(string: text),
            ["http", "https"].contains(url.scheme?.lowercased()), let host = url.host(), !host.isEmpty,
            !MetadataService.isReached(by: text)
        else { return nil }
        return url
    }

    private static func redacted(_ text: String) -> String {
        guard let url = address(text), let host = url.host() else { return "…" }
        return "\(url.scheme ?? "")://\(host)/…" + (text.count > 60 ? String(text.suffix(4)) : "")
    }
}

/// One way to those who are told.
public enum AlertTarget: Sendable, Hashable {
    case slack(URL)
    case webhook(URL)
    case email([EmailAddress])
}
