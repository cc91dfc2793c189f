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
    /// `preview` to see first what would change.
    var intent: String?

    init(_ organization: Organization) {
        name = organization.name
        timeZone = organization.timeZone
        weekStart = String(organization.weekStart.rawValue)
        resetHour = String(organization.resetHour)
    }

    /// - Throws: `Flaws` of all fields together.
    func organization(_ id: OrganizationID) throws(Flaws) -> Organization {
        let weekday = Int(weekStart).flatMap(Weekday.init)
        let organization = Organization(
            id: id, name: name.trimmed, timeZone: timeZone, weekStart: weekday ?? .monday,
            resetHour: Int(resetHour) ?? -1)
        var flaws = organization.flaws
        if weekday == nil { flaws.all.append(Flaw("weekStart", .unknown)) }
        try flaws.throwIfAny()
        return organization
    }

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
