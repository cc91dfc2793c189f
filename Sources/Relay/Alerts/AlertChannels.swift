import AsyncHTTPClient
public import Core
import Foundation
import NIOCore
import NIOPosix
import StrictJSON

/// Sends alerts: to webhooks over HTTP, and by e-mail through the machine's own mail program.
///
/// Webhooks go wherever the admins say, into the machine's own network too: who administers Sluice operates it. Redirects
/// are not followed, and of the answer little more is read than its status. `shutDown` before it goes.
public struct AlertChannels: AlertSender {
    public struct Settings: Sendable {
        /// Scheme and host where people reach the pages: told with each alert.
        public var address: String
        /// A program that takes a message on its standard input, as `sendmail -t -i` does.
        public var sendmail: String
        /// From whom e-mail comes.
        public var mailFrom: EmailAddress
        /// For a webhook to take an alert, connecting included. Default 10 s.
        public var webhookTimeout = Duration.seconds(10)
        /// For the mail program to take a message. Default 30 s.
        public var sendmailTimeout = Duration.seconds(30)

        public init(address: String, sendmail: String, mailFrom: EmailAddress) {
            self.address = address
            self.sendmail = sendmail
            self.mailFrom = mailFrom
        }
    }

    private let settings: Settings
    private let client: HTTPClient
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    public init(settings: Settings) {
        self.settings = settings
        client = HTTPClient(eventLoopGroupProvider: .shared(loops), configuration: .webhooks)
    }

    /// Closes every connection; what is being sent fails.
    public func shutDown() async throws {
        try await client.shutdown().get()
        try await loops.shutdownGracefully()
    }

    public func send(_ notice: AlertNotice, to target: AlertTarget) async throws {
        let text = AlertText(notice, address: settings.address)
        switch target {
        case .slack(let url): try await webhook.post(text.slackObject, to: url)
        case .webhook(let url): try await webhook.post(notice.object(text, address: settings.address), to: url)
        case .email(let recipients):
            let message = MailMessage(
                from: settings.mailFrom, to: recipients, subject: text.subject, body: text.body, date: notice.alert.at,
                id: "alert-\(notice.alert.id).\(notice.alert.at.milliseconds)")
            try await Sendmail(path: settings.sendmail, timeout: settings.sendmailTimeout).submit(message)
        }
    }

    private var webhook: Webhook { Webhook(client: client, timeout: TimeAmount(settings.webhookTimeout)) }
}

extension HTTPClient.Configuration {
    fileprivate static var webhooks: Self {
        var configuration = Self(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout.connect = .seconds(5)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.idleTimeout = .seconds(15)
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
