import Core

/// An extra as it was typed. The fields are called as `Grant.Draft` calls them; spending is in dollars.
struct GrantDraft: Sendable, Decodable {
    var meter: String?
    var amount = ""
    /// The last day on which it counts, as `2026-12-31`.
    var expiresAt = ""
    var reason = ""

    /// What can be granted, and how it is called.
    private static let meters: [Limit.Meter] = [.tokens, .requests, .cost]

    /// - Parameter calendar: whose days are meant.
    /// - Throws: `Flaws` of all fields together.
    func draft(in calendar: WindowCalendar) throws(Flaws) -> Grant.Draft {
        var typed = TypedFields()
        let meter = Self.meters.first { $0.rawValue == self.meter } ?? .tokens
        let end = calendar.day(expiresAt.trimmed)?.end
        let draft = Grant.Draft(
            meter: meter, amount: typed.amount(amount, "amount", meter), reason: reason.trimmed,
            expiresAt: end ?? Timestamp(milliseconds: 0))
        var flaws = draft.flaws
        if end == nil { flaws.all.append(Flaw("expiresAt", expiresAt.trimmed.isEmpty ? .missing : .malformed)) }
        try typed.throwIfAny(and: flaws)
        return draft
    }

    func fields(_ errors: [String: String], _ words: Words) -> [Field] {
        [
            Field(
                "amount", words("How much more"), id: "grant-amount", kind: .number, value: amount,
                hint: words("Spending in dollars."), error: errors["amount"], isRequired: true),
            Field(
                "expiresAt", words("Last day"), id: "grant-expires", kind: .date, value: expiresAt,
                error: errors["expiresAt"], isRequired: true),
            Field(
                "reason", words("Why"), id: "grant-reason", value: reason, error: errors["reason"], isRequired: true),
        ]
    }

    func meterChoice(_ errors: [String: String], _ words: Words) -> Choice {
        Choice(
            "meter", words("Of what"), id: "grant-meter",
            options: Self.meters.map { ($0.rawValue, words.choice(of: $0)) }, selected: meter ?? "tokens",
            error: errors["meter"])
    }
}
