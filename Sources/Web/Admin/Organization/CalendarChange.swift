import Core
import Foundation

/// What becomes of the windows that run now when the organization's calendar changes, as the ledger will treat them: a
/// window that was begun lasts until its announced end, and the one after it follows the new calendar.
struct CalendarChange: Sendable {
    let before: WindowCalendar
    let after: WindowCalendar
    let now: Timestamp

    /// Whether any window turns over at another time than before.
    var movesWindows: Bool {
        [Window.day, .week, .month].contains {
            end(of: $0, afterRunning: true) != unchanged.end(of: $0, afterRunning: true)
        }
    }

    private var unchanged: CalendarChange { CalendarChange(before: before, after: before, now: now) }

    /// When the running window of this kind ends, or the one that follows it.
    func end(of window: Window, afterRunning: Bool) -> Timestamp? {
        guard let end = before.interval(of: window, containing: now)?.end, afterRunning else {
            return before.interval(of: window, containing: now)?.end
        }
        return after.interval(of: window, containing: end)?.end
    }
}

extension Words {
    /// When the windows of this calendar end that run now.
    ///
    /// - Parameter zone: the reader's.
    func ends(of calendar: CalendarChange, zone: TimeZone) -> String {
        self(
            "The day ends on {day}, the week on {week} and the month on {month}, your time.",
            ends(calendar, afterRunning: false, zone))
    }

    /// What a change would mean, before it is made.
    func consequences(of change: CalendarChange, zone: TimeZone) -> String {
        guard change.movesWindows else { return self("No window would end at another time.") }
        let running = self(
            "Windows that run now last until their announced end: the day until {day}, the week until {week}, the month until {month}, your time.",
            ends(change, afterRunning: false, zone))
        let next = self(
            "New ones follow the new calendar: the next day ends on {day}, the next week on {week}, the next month on {month}.",
            ends(change, afterRunning: true, zone))
        return running + " " + next
    }

    private func ends(
        _ change: CalendarChange, afterRunning: Bool, _ zone: TimeZone
    ) -> KeyValuePairs<String, String> {
        let moment = { (window: Window) in
            change.end(of: window, afterRunning: afterRunning).map { Moment($0, zone: zone).text } ?? ""
        }
        return ["day": moment(.day), "week": moment(.week), "month": moment(.month)]
    }
}
