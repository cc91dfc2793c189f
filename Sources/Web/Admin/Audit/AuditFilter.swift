import Core
import Foundation
import Hummingbird

/// Which entries the audit log shows, as its address has it: `?actor=ada@…&action=tier.changed&from=2026-11-01`.
struct AuditFilter: Sendable {
    /// An e-mail address.
    var actor = ""
    var action = ""
    /// An identifier.
    var subject = ""
    /// Days, as `2026-11-21`; both count.
    var from = ""
    var until = ""
    /// Only entries with a smaller number.
    var before: Int64?

    init() {}

    /// What cannot be read is left out: an address is not worth an error.
    init(_ parameters: Parameters) {
        let value = { (name: String) in parameters[name[...]].map { String($0.prefix(300)) } ?? "" }
        actor = value("actor").trimmed
        action = value("action")
        subject = value("subject")
        from = value("from")
        until = value("until")
        before = Int64(value("before"))
    }

    /// - Parameters:
    ///   - actor: who has the address that was asked for.
    ///   - calendar: whose days are meant. A day that is none does not narrow the list.
    func query(by actor: PersonID?, in calendar: WindowCalendar, count: Int) -> AuditQuery {
        AuditQuery(
            actor: actor, action: AuditAction(rawValue: action), subject: subject.isEmpty ? nil : subject,
            from: calendar.day(from)?.start, until: calendar.day(until)?.end, before: before, count: count)
    }

    func fields(_ words: Words) -> [Field] {
        [
            Field("actor", words("By the address"), kind: .email, value: actor),
            Field("from", words("From"), kind: .date, value: from),
            Field("until", words("Until"), kind: .date, value: until),
        ]
    }

    func actionChoice(_ words: Words) -> Choice {
        let options = AuditAction.allCases.map { ($0.rawValue, words.name(of: $0)) }
        return Choice("action", words("What"), options: [("", words("everything"))] + options, selected: action)
    }

    func address(before: Int64? = nil, isChecking: Bool = false) -> String {
        let items = [
            ("actor", actor), ("action", action), ("subject", subject), ("from", from), ("until", until),
            ("before", before.map(String.init) ?? ""), ("check", isChecking ? "yes" : ""),
        ]
        return "/admin/audit" + QueryText(items).text
    }
}

extension WindowCalendar {
    /// The day called `2026-11-21`; nil for what is none.
    func day(_ text: String) -> WindowInterval? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.joined().utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        let numbers = parts.compactMap { Int($0) }
        var days = Calendar(identifier: .gregorian)
        days.timeZone = timeZone
        let noon = DateComponents(year: numbers[0], month: numbers[1], day: numbers[2], hour: 12)
        guard noon.isValidDate(in: days), let date = days.date(from: noon) else { return nil }
        return interval(of: .day, containing: Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1000)))
    }
}
