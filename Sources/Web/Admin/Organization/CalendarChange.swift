import Core
import Foundation

/// What becomes of the windows that run now when the organization's calendar changes, as the ledger will treat them: a
/// window that was begun goes on until the new calendar begins another one after it.
struct CalendarChange: Sendable {
    let before: WindowCalendar
    let after: WindowCalendar
    let now: Timestamp

    private static let windows: [Window] = [.day, .week, .month]

    /// Those that begin anew at once: what was used in them so far counts no longer.
    var restarting: [Window] {
        Self.windows.filter { window in
            guard let old = before.interval(of: window, containing: now),
                let new = after.interval(of: window, containing: now)
            else { return false }
            return new.start > old.start
        }
    }

    /// When the running window of this kind ends from then on.
    func end(of window: Window) -> Timestamp? {
        after.interval(of: window, containing: now)?.end
    }
}

extension Words {
    /// When the windows of this calendar end that run now.
    ///
    /// - Parameter zone: the reader's.
    func ends(of calendar: CalendarChange, zone: TimeZone) -> String {
        self(
            "The day ends on {day}, the week on {week} and the month on {month}, your time.",
            ends(calendar, zone))
    }

    /// What a change would mean, before it is made.
    func consequences(of change: CalendarChange, zone: TimeZone) -> String {
        let ends = self(
            "Then the day ends on {day}, the week on {week} and the month on {month}, your time.", ends(change, zone))
        let restarting = change.restarting.map(name(ofRunning:))
        let counting =
            restarting.isEmpty
            ? self("What was used so far goes on counting.")
            : self(
                "Counting begins anew at once for {windows}: what everybody used in that time is forgiven.",
                ["windows": restarting.joined(separator: ", ")])
        return ends + " " + counting
    }

    private func ends(_ change: CalendarChange, _ zone: TimeZone) -> KeyValuePairs<String, String> {
        let moment = { (window: Window) in change.end(of: window).map { Moment($0, zone: zone).text } ?? "" }
        return ["day": moment(.day), "week": moment(.week), "month": moment(.month)]
    }

    private func name(ofRunning window: Window) -> String {
        switch window {
        case .week: self("this week")
        case .month: self("this month")
        default: self("today")
        }
    }
}
