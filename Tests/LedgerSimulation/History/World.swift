import Core
import Foundation

/// Who and what there is in every history. Only limits, grants and settings come and go.
enum World {
    static let organization = OrganizationID(rawValue: "acme")
    static let people = ["ada", "bob", "cyd"].map(PersonID.init(rawValue:))
    static let tiers = ["free", "paid"].map(TierID.init(rawValue:))
    static let projects = ["thesis", "course", "urgent"].map(ProjectID.init(rawValue:))
    static let models = ["small", "large"].map(ModelID.init(rawValue:))
    static let key = APIKeyID(rawValue: "key")
    /// Of the same file, each with connections and caches of its own.
    static let workers = 2

    /// Where clocks change by an hour, by half an hour, at midnight, in the other half of the year, and not at all.
    static let zones = [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "America/Havana",
        "Pacific/Chatham", "Asia/Kathmandu", "UTC",
    ]

    /// Hours before something happens to clocks and calendars: DST both ways in several zones, ends of months and years,
    /// a leap day, and the end of 32-bit time.
    static let beginnings = [
        "2026-01-07T12:00", "2026-03-07T20:00", "2026-03-28T08:00", "2026-04-04T06:00", "2026-09-26T04:00",
        "2026-10-03T06:00", "2026-10-24T10:00", "2026-10-31T18:00", "2026-12-31T14:00", "2028-02-28T16:00",
        "2038-01-18T22:00",
    ].map(Timestamp.init(utc:))

    /// What each person and project may not pass, and everybody together.
    static let subjects: [(scope: Limit.Scope, names: [String])] = [
        (.organization, [organization.rawValue]), (.project, projects.map(\.rawValue)), (.tier, tiers.map(\.rawValue)),
        (.person, people.map(\.rawValue)), (.key, [key.rawValue]), (.model, models.map(\.rawValue)),
        (.request, [organization.rawValue]),
    ]
}

extension Timestamp {
    /// - Parameter utc: such as `2026-03-28T08:00`.
    fileprivate init(utc text: String) {
        guard let date = try? Date(text + ":00Z", strategy: .iso8601) else {
            preconditionFailure("\(text) is no moment")
        }
        self.init(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
    }
}
