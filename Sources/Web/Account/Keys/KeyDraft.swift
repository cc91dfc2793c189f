import Core
import Foundation

/// A key as it was typed. The fields are called as `APIKey.Settings` calls them; an empty limit is none.
struct KeyDraft: Sendable, Decodable {
    var name = ""
    /// Nil where there is none to choose, empty for no project.
    var project: String?
    /// The last day on which it may be used, as `2026-12-31`; empty for a key that does not expire.
    var expiresAt = ""
    var tokensPerHour = ""
    var tokensPerDay = ""
    var tokensPerMonth = ""
    var requestsPerMinute = ""
    var concurrentRequests = ""
    /// What makes the form of a new key one of its kind.
    var submission: String?

    /// - Parameters:
    ///   - before: of the key that is changed; an expiry whose day was not touched stays as exact as it was.
    ///   - calendar: whose days are meant.
    /// - Throws: `Flaws` of all fields together.
    func settings(replacing before: APIKey.Settings?, in calendar: WindowCalendar) throws(Flaws) -> APIKey.Settings {
        var typed = TypedFields()
        var settings = APIKey.Settings(
            name: name.trimmed, project: project.flatMap { $0.isEmpty ? nil : ProjectID(rawValue: $0) },
            expiresAt: calendar.day(expiresAt.trimmed)?.end, allowance: allowance(&typed))
        var flaws = settings.flaws
        if settings.expiresAt == nil && !expiresAt.trimmed.isEmpty { flaws.all.append(Flaw("expiresAt", .malformed)) }
        if let before, expiresAt == KeyDraft(before, in: calendar).expiresAt { settings.expiresAt = before.expiresAt }
        try typed.throwIfAny(and: flaws)
        return settings
    }

    private func allowance(_ typed: inout TypedFields) -> Tier.Allowance {
        Tier.Allowance(
            tokensPerHour: typed.wholeOrNone(tokensPerHour, "tokensPerHour"),
            tokensPerDay: typed.wholeOrNone(tokensPerDay, "tokensPerDay"),
            tokensPerMonth: typed.wholeOrNone(tokensPerMonth, "tokensPerMonth"),
            requestsPerMinute: typed.wholeOrNone(requestsPerMinute, "requestsPerMinute"),
            concurrentRequests: typed.wholeOrNone(concurrentRequests, "concurrentRequests"))
    }
}

extension KeyDraft {
    init(_ settings: APIKey.Settings, in calendar: WindowCalendar) {
        let text = { (limit: Int64?) in limit.map { String($0) } ?? "" }
        let limits = settings.allowance
        let lastMoment = settings.expiresAt.map { Timestamp(milliseconds: $0.milliseconds - 1) }
        self.init(
            name: settings.name, project: settings.project?.rawValue ?? "",
            expiresAt: lastMoment.map { Moment.date($0, calendar.timeZone) } ?? "",
            tokensPerHour: text(limits.tokensPerHour), tokensPerDay: text(limits.tokensPerDay),
            tokensPerMonth: text(limits.tokensPerMonth), requestsPerMinute: text(limits.requestsPerMinute),
            concurrentRequests: text(limits.concurrentRequests))
    }

    // MARK: As a form

    /// - Parameter errors: by the name of the field.
    func fields(_ errors: [String: String], _ words: Words) -> [Field] {
        [
            Field(
                "name", words("Name"), value: name, hint: words("What it is for, such as the program that has it."),
                error: errors["name"], isRequired: true),
            Field(
                "expiresAt", words("Last day"), kind: .date, value: expiresAt,
                hint: words("Empty for a key that does not expire."), error: errors["expiresAt"]),
        ]
    }

    /// - Parameter projects: those that take keys, and the one that the key is in.
    /// - Returns: nil where there is none to choose.
    func projectChoice(_ projects: [Project], error: String?, _ words: Words) -> Choice? {
        guard !projects.isEmpty else { return nil }
        return Choice(
            "project", words("Project"), options: [("", words("none"))] + projects.map { ($0.id.rawValue, $0.name) },
            selected: project ?? "", error: error)
    }

    func limitFields(_ errors: [String: String], _ words: Words) -> [Field] {
        let fields = [
            ("tokensPerHour", "Tokens per hour", tokensPerHour), ("tokensPerDay", "Tokens per day", tokensPerDay),
            ("tokensPerMonth", "Tokens per month", tokensPerMonth),
            ("requestsPerMinute", "Requests per minute", requestsPerMinute),
            ("concurrentRequests", "Requests at once", concurrentRequests),
        ]
        return fields.map { name, label, value in
            Field(name, words(label), kind: .number, value: value, error: errors[name])
        }
    }
}
