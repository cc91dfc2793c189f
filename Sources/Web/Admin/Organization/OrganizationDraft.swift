import Core
import Foundation

/// The organization as it was typed. The fields are called as `Organization` calls them.
struct OrganizationDraft: Sendable, Decodable {
    var name: String
    var timeZone: String
    /// 1 for Monday.
    var weekStart: String
    /// 0…23.
    var resetHour: String
    /// By `r0`, `r1`, …
    var alerts: [String: AlertRuleDraft]?
    var slackURL = ""
    var webhookURL = ""
    /// One on each line.
    var emails = ""
    var queueLength = ""
    var queueSeconds = ""
    /// `yes` or `no`.
    var waitsForHolds = "no"
    var sharesCache = "no"
    /// `save`, `row` for one more line of thresholds, or `preview` to see first what would change.
    var intent: String?

    private static let mostAlerts = 50

    init(_ organization: Organization) {
        name = organization.name
        timeZone = organization.timeZone
        weekStart = String(organization.weekStart.rawValue)
        resetHour = String(organization.resetHour)
        let rules = organization.alertRules.sorted { $0.thresholdPartsPerMillion < $1.thresholdPartsPerMillion }
        alerts = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ("r\($0)", AlertRuleDraft($1)) })
        slackURL = organization.alertTargets.slackURL ?? ""
        webhookURL = organization.alertTargets.webhookURL ?? ""
        emails = organization.alertTargets.emails.joined(separator: "\n")
        queueLength = String(organization.queue.length)
        queueSeconds = String(organization.queue.seconds)
        waitsForHolds = organization.queue.waitsForHolds ? "yes" : "no"
        sharesCache = organization.sharesCache ? "yes" : "no"
    }

    /// - Throws: `Flaws` of all fields together.
    func organization(_ id: OrganizationID) throws(Flaws) -> Organization {
        var typed = TypedFields()
        let weekday = Int(weekStart).flatMap(Weekday.init)
        if weekday == nil { typed.note(.unknown, "weekStart") }
        let rules = sortedAlerts.map { $0.draft.rule(&typed, "alerts[\($0.name)]") }
        let organization = Organization(
            id: id, name: name.trimmed, timeZone: timeZone, weekStart: weekday ?? .monday,
            resetHour: Int(resetHour) ?? -1, alertRules: rules, alertTargets: targets,
            queue: QueueBounds(
                length: typed.whole(queueLength, "queueLength"), seconds: typed.whole(queueSeconds, "queueSeconds"),
                waitsForHolds: waitsForHolds == "yes"),
            sharesCache: sharesCache == "yes")
        // What is wrong with a line stands beside it already.
        let others = organization.flaws.all.filter { $0 != Flaw("alertRules", .malformed) }
        try typed.throwIfAny(and: Flaws(others))
        return organization
    }

    var targets: AlertTargets {
        let some = { (text: String) in text.trimmed.isEmpty ? nil : text.trimmed }
        return AlertTargets(
            slackURL: some(slackURL), webhookURL: some(webhookURL),
            emails: emails.split(whereSeparator: { $0.isNewline || $0 == "," }).map { String($0).trimmed }
                .filter { !$0.isEmpty })
    }

    private var sortedAlerts: [(name: String, draft: AlertRuleDraft)] {
        (alerts ?? [:]).filter { !$0.value.isEmpty }.sorted { ($0.key.count, $0.key) < ($1.key.count, $1.key) }
            .map { (name: $0.key, draft: $0.value) }
    }
}

// MARK: As a form

extension OrganizationDraft {
    func nameField(_ errors: [String: String], _ words: Words) -> Field {
        Field("name", words("Name"), value: name, error: errors["name"], isRequired: true)
    }

    func choices(_ errors: [String: String], _ words: Words) -> [Choice] {
        [
            Choice(
                "timeZone", words("Time zone"), options: TimeZone.offered(with: timeZone).map { ($0, $0) },
                selected: timeZone, error: errors["timeZone"]),
            Choice(
                "resetHour", words("Days begin at"),
                options: (0...23).map { (String($0), words.clock(hour: $0)) }, selected: resetHour,
                error: errors["resetHour"]),
            Choice(
                "weekStart", words("Weeks begin on"),
                options: Weekday.allCases.map { (String($0.rawValue), words.name(of: $0)) }, selected: weekStart,
                error: errors["weekStart"]),
        ]
    }
}

extension OrganizationDraft {
    /// One line for each threshold, and an empty one to fill in where it was asked for.
    func alertRows(_ errors: [String: String], _ words: Words) -> [OrganizationPage.Rule] {
        var alerts = sortedAlerts
        if (intent == "row" || alerts.isEmpty) && alerts.count < Self.mostAlerts {
            alerts.append((name: "", draft: AlertRuleDraft()))
        }
        return alerts.enumerated().map { index, one in
            one.draft.row("alerts[r\(index)]", number: index + 1, { errors["alerts[\(one.name)]" + $0] }, words)
        }
    }

    func targetFields(_ errors: [String: String], _ words: Words) -> [Field] {
        [
            Field(
                "slackURL", "Slack", kind: .url, value: slackURL,
                hint: words("The address of an incoming webhook. It is a secret."), error: errors["slackURL"]),
            Field(
                "webhookURL", "Webhook", kind: .url, value: webhookURL,
                hint: words("Takes each alert as JSON by POST."), error: errors["webhookURL"]),
            Field(
                "emails", words("E-mail addresses"), value: emails, hint: words("One on each line."),
                error: errors["emails"], isLong: true),
        ]
    }

    func queueFields(_ errors: [String: String], _ words: Words) -> [Field] {
        [
            Field(
                "queueLength", words("How many may wait"), kind: .number, value: queueLength,
                hint: words("For one limit. 0: nobody waits."), error: errors["queueLength"]),
            Field(
                "queueSeconds", words("Seconds at most"), kind: .number, value: queueSeconds,
                error: errors["queueSeconds"]),
        ]
    }

    func queueChoices(_ words: Words) -> [Choice] {
        [
            Choice(
                "waitsForHolds", words("Where running requests hold the room"),
                options: [("no", words("refuse")), ("yes", words("wait for them"))], selected: waitsForHolds),
            Choice(
                "sharesCache", words("Earlier answers are given"),
                options: [("no", words("to whoever asked before")), ("yes", words("to everybody with the question"))],
                selected: sharesCache),
        ]
    }
}

extension TimeZone {
    /// Those that people choose from, by their names in the IANA database; `chosen` too, whatever it is.
    static func offered(with chosen: String? = nil) -> [String] {
        let zones = knownTimeZoneIdentifiers.filter { $0.contains("/") || $0 == "UTC" }
        return Set(zones + [chosen].compactMap { $0 }.filter { !$0.isEmpty }).sorted()
    }
}

extension Words {
    /// `06:00`.
    func clock(hour: Int) -> String { (hour < 10 ? "0" : "") + "\(hour):00" }

    func name(of day: Weekday) -> String {
        switch day {
        case .monday: self("Monday")
        case .tuesday: self("Tuesday")
        case .wednesday: self("Wednesday")
        case .thursday: self("Thursday")
        case .friday: self("Friday")
        case .saturday: self("Saturday")
        case .sunday: self("Sunday")
        }
    }
}
