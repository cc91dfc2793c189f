import Core

/// Extra tokens as they were typed. The fields are called as `Grant.Draft` calls them.
struct GrantDraft: Sendable, Decodable {
    var amount = ""
    /// The last day on which it counts, as `2026-12-31`.
    var expiresAt = ""
    var reason = ""

    /// - Parameter calendar: whose days are meant.
    /// - Throws: `Flaws` of all fields together.
    func draft(in calendar: WindowCalendar) throws(Flaws) -> Grant.Draft {
        var typed = TypedFields()
        let end = calendar.day(expiresAt.trimmed)?.end
        let draft = Grant.Draft(
            amount: typed.whole(amount, "amount"), reason: reason.trimmed, expiresAt: end ?? Timestamp(milliseconds: 0))
        var flaws = draft.flaws
        if end == nil { flaws.all.append(Flaw("expiresAt", expiresAt.trimmed.isEmpty ? .missing : .malformed)) }
        try typed.throwIfAny(and: flaws)
        return draft
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
