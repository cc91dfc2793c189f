public import Logging

/// Takes alerts from the store to their targets. Every worker has one; the store's leases see to it that each delivery
/// is one worker's.
public struct AlertCourier: Sendable {
    private let alerts: any Alerts
    private let organizations: any Organizations
    private let sender: any AlertSender
    private let time: any TimeSource
    private let log: Logger

    /// As many are sent at the same time.
    private static let batch = 20
    /// Longer than any sender takes.
    private static let leaseSeconds: Int64 = 180

    public init(
        alerts: any Alerts, organizations: any Organizations, sender: any AlertSender, time: any TimeSource, log: Logger
    ) {
        self.alerts = alerts
        self.organizations = organizations
        self.sender = sender
        self.time = time
        self.log = log
    }

    /// Sends what is due. A target that is slow or gone holds up nobody else's alerts beyond its timeout.
    ///
    /// - Throws: `StoreFailure`. What was sent and could not be noted is sent again when its lease is over.
    public func deliver() async throws {
        while true {
            let due = try await alerts.due(Self.batch, leaseSeconds: Self.leaseSeconds)
            guard !due.isEmpty else { return }
            let organization = try await organizations.current()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for delivery in due { group.addTask { try await deliver(delivery, of: organization) } }
                try await group.waitForAll()
            }
            if due.count < Self.batch { return }
        }
    }

    private func deliver(_ delivery: AlertDelivery, of organization: Organization) async throws {
        let notice = AlertNotice(delivery.alert, of: organization)
        switch await outcome(of: notice, on: delivery.channel, to: organization.alertTargets) {
        case .success: try await alerts.delivered(delivery.id)
        case .failure(let failure):
            log.warning(
                "An alert was not delivered",
                metadata: [
                    "alert": "\(delivery.alert.id)", "channel": "\(delivery.channel.rawValue)",
                    "reason": "\(failure.reason)",
                ])
            try await alerts.failed(delivery.id, because: failure)
        }
    }

    private func outcome(
        of notice: AlertNotice, on channel: AlertRule.Channel, to targets: AlertTargets
    ) async -> Result<Void, AlertFailure> {
        guard let target = targets.target(of: channel) else {
            return .failure(AlertFailure("there is no address for this channel", isFinal: true))
        }
        do {
            return .success(try await sender.send(notice, to: target))
        } catch {
            return .failure(error as? AlertFailure ?? AlertFailure("it could not be sent"))
        }
    }
}

extension AlertCourier: AlertTests {
    public func send(to targets: AlertTargets) async throws -> [AlertRule.Channel: Result<Void, AlertFailure>] {
        let organization = try await organizations.current()
        let notice = AlertNotice(.example(of: organization, at: time.now()), of: organization, isTest: true)
        return await withTaskGroup(of: (AlertRule.Channel, Result<Void, AlertFailure>).self) { group in
            for channel in AlertRule.Channel.allCases where targets.hasTarget(channel) {
                group.addTask { (channel, await outcome(of: notice, on: channel, to: targets)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}

extension AlertTargets {
    fileprivate func hasTarget(_ channel: AlertRule.Channel) -> Bool {
        switch channel {
        case .slack: slackURL != nil
        case .webhook: webhookURL != nil
        case .email: !emails.isEmpty
        }
    }
}

extension Alert {
    fileprivate static func example(of organization: Organization, at now: Timestamp) -> Alert {
        let limit = Limit(
            scope: .organization, subject: organization.id.rawValue, meter: .tokens, window: .day, amount: 100_000)
        return Alert(
            id: 0, at: now, limit: limit, holder: organization.id.rawValue, holderName: organization.name,
            thresholdPartsPerMillion: 800_000, action: .warn, used: 80_000, amount: limit.amount,
            resetsAt: organization.calendar?.interval(of: .day, containing: now)?.end)
    }
}
