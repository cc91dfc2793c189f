import Core
import Foundation

/// Extra tokens as they were typed. The fields are called as `Grant.Draft` calls them.
struct GrantDraft: Sendable, Decodable {
    /// Which of the tier's limits on tokens it raises.
    var window = ""
    var amount = ""
    /// The last day on which it counts, as `2026-12-31`.
    var expiresAt = ""
    var reason = ""

    /// - Parameter calendar: whose days are meant.
    /// - Throws: `Flaws` of all fields together.
    func draft(in calendar: WindowCalendar) throws(Flaws) -> Grant.Draft {
        var typed = TypedFields()
        let end = Self.end(of: expiresAt.trimmed, in: calendar)
        let draft = Grant.Draft(
            window: Window(rawValue: window) ?? .lifetime, amount: typed.whole(amount, "amount"),
            reason: reason.trimmed, expiresAt: end ?? Timestamp(milliseconds: 0))
        var flaws = draft.flaws
        if end == nil { flaws.all.append(Flaw("expiresAt", expiresAt.trimmed.isEmpty ? .missing : .malformed)) }
        try typed.throwIfAny(and: flaws)
        return draft
    }

    /// The moment at which the day `text` is over.
    private static func end(of text: String, in calendar: WindowCalendar) -> Timestamp? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2], text.utf8.allSatisfy({ $0.isASCIIDigit || $0 == 0x2d })
        else { return nil }
        let numbers = parts.compactMap { Int($0) }
        var days = Calendar(identifier: .gregorian)
        days.timeZone = calendar.timeZone
        let noon = DateComponents(year: numbers[0], month: numbers[1], day: numbers[2], hour: 12)
        guard noon.isValidDate(in: days), let date = days.date(from: noon) else { return nil }
        let moment = Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
        return calendar.interval(of: .day, containing: moment)?.end
    }

    /// - Parameter windows: of the limits on tokens that the person's tier has.
    func windowChoice(_ windows: [Window], error: String?, _ words: Words) -> Choice {
        Choice(
            "window", words("Which limit"), options: windows.map { ($0.rawValue, words.tokens(per: $0)) },
            selected: window, error: error)
    }

    func fields(_ errors: [String: String], _ words: Words) -> [Field] {
        [
            Field(
                "amount", words("Extra tokens"), kind: .number, value: amount, error: errors["amount"], isRequired: true
            ),
            Field(
                "expiresAt", words("Last day"), kind: .date, value: expiresAt, error: errors["expiresAt"],
                isRequired: true),
            Field("reason", words("Why"), value: reason, error: errors["reason"], isRequired: true),
        ]
    }
}
