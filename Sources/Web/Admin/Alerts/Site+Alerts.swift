import Core
import Foundation
import Hummingbird

/// `/admin/alerts`: the newest alerts, and what became of them.
extension Site {
    private static let mostAlerts = 100

    func addAlertRoutes(to routes: RouterGroup<SiteContext>) {
        routes.get("alerts", use: listAlerts)
    }

    private func listAlerts(_ request: Request, _ context: SiteContext) async throws -> Response {
        let alerts = try await ports.alerts.newest(Self.mostAlerts)
        let zone = try await zone(of: context.asker().person)
        let summary =
            alerts.count < Self.mostAlerts
            ? words(Int64(alerts.count), one: "{count} alert", other: "{count} alerts")
            : words("The newest {count} alerts", ["count": words.number(alerts.count)])
        let page = AlertsPage(
            frame: try await frame(words("Alerts"), .admin, for: context), tabs: AdminTab.alerts.links(words),
            summary: summary, rows: alerts.map { AlertsPage.Row($0, zone: zone, words) })
        return response(page)
    }
}

extension AlertsPage.Row {
    fileprivate init(_ standing: AlertStanding, zone: TimeZone, _ words: Words) {
        let alert = standing.alert
        let values: KeyValuePairs = [
            "used": words.figure(alert.used, alert.limit.meter),
            "amount": words.figure(alert.amount, alert.limit.meter),
        ]
        self.init(
            time: Moment(alert.at, zone: zone), holder: alert.holderName, limit: words.limit(of: alert),
            threshold: alert.thresholdPartsPerMillion.percent,
            level: words("{used} of {amount}", values), action: words.name(of: alert.action),
            resets: alert.resetsAt.map { Moment($0, zone: zone) },
            deliveries: standing.channels.map { AlertsPage.Delivery($0, zone: zone, words) })
    }
}

extension AlertsPage.Delivery {
    fileprivate init(_ channel: AlertStanding.Channel, zone: TimeZone, _ words: Words) {
        let (state, tone, time) =
            switch channel.state {
            case .delivered(let time): (words("delivered"), "good", time)
            case .waiting(let time):
                (channel.failure == nil ? words("on its way") : words("is tried again"), "warn", time)
            case .givenUp(let time): (words("given up"), "stop", time)
            }
        let tries = words(channel.attempts, one: "{count} try", other: "{count} tries")
        self.init(
            channel: words.name(of: channel.channel), state: state, tone: tone, time: Moment(time, zone: zone),
            failure: channel.failure.map { "\($0), \(tries)" })
    }
}

extension Words {
    fileprivate func limit(of alert: Alert) -> String {
        let phrase = self(alert.limit.phrase)
        guard let model = alert.modelName else { return phrase }
        return self("{limit} with {model}", ["limit": phrase, "model": model])
    }

    fileprivate func name(of action: AlertRule.Action) -> String {
        switch action {
        case .note: self("noted")
        case .warn: self("warned")
        case .throttle: self("slowed down")
        case .block: self("refused")
        }
    }

    func name(of channel: AlertRule.Channel) -> String {
        switch channel {
        case .slack: self("Slack")
        case .email: self("E-mail")
        case .webhook: self("Webhook")
        }
    }
}
