import Core
import Foundation

/// A moment as pages show it (`templates/moment.mustache`): in the person's zone, with the machine-readable form beside
/// it, which the browser puts into its own zone.
struct Moment: Sendable, Hashable {
    /// ISO 8601 in UTC, to the second.
    let iso: String
    /// `21 Nov 2026, 07:05 CET`.
    let text: String

    init(_ time: Timestamp, zone: TimeZone) {
        let date = Self.date(time)
        iso = Self.iso(date)
        text = Self.day(date, zone) + ", " + Self.clock(date, zone) + " " + (zone.abbreviation(for: date) ?? "")
    }

    /// `21 Nov 2026`, the day that `time` is in.
    static func day(_ time: Timestamp, _ zone: TimeZone) -> String { day(date(time), zone) }

    /// `21 Nov`, the day that `time` is in.
    static func dayOfMonth(_ time: Timestamp, _ zone: TimeZone) -> String {
        let parts = parts(date(time), zone)
        return "\(parts.day!) \(months[parts.month! - 1])"
    }

    /// `2026-11-21`, the day that `time` is in.
    static func date(_ time: Timestamp, _ zone: TimeZone) -> String {
        let parts = parts(date(time), zone)
        return two(parts.year!, 4) + "-" + two(parts.month!) + "-" + two(parts.day!)
    }

    private static func date(_ time: Timestamp) -> Date {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
    }

    private static func iso(_ date: Date) -> String {
        let parts = parts(date, .gmt)
        return two(parts.year!, 4) + "-" + two(parts.month!) + "-" + two(parts.day!) + "T" + two(parts.hour!) + ":"
            + two(parts.minute!) + ":" + two(parts.second!) + "Z"
    }

    private static func day(_ date: Date, _ zone: TimeZone) -> String {
        let parts = parts(date, zone)
        return "\(parts.day!) \(months[parts.month! - 1]) \(parts.year!)"
    }

    private static func clock(_ date: Date, _ zone: TimeZone) -> String {
        let parts = parts(date, zone)
        return two(parts.hour!) + ":" + two(parts.minute!)
    }

    private static func parts(_ date: Date, _ zone: TimeZone) -> DateComponents {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
    }

    private static func two(_ value: Int, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
