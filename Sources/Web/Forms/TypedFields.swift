import Core

/// Reads the numbers of a form and notes which of them cannot be read, so that all mistakes are told together.
struct TypedFields {
    private(set) var flaws: [Flaw] = []

    /// - Returns: 1 for what cannot be read: the form goes back anyway.
    mutating func whole(_ text: String, _ field: String) -> Int64 {
        if let number = Int64(typed: text) { return number }
        note(text, field)
        return 1
    }

    /// - Returns: nil for an empty field.
    mutating func wholeOrNone(_ text: String, _ field: String) -> Int64? {
        text.trimmed.isEmpty ? nil : whole(text, field)
    }

    /// In units of the last of `fractionDigits` digits behind the point.
    mutating func decimal(_ text: String, _ field: String, fractionDigits: Int) -> Int64 {
        if let number = Int64(typed: text, fractionDigits: fractionDigits) { return number }
        note(text, field)
        return 1
    }

    /// - Throws: `Flaws` with these and `others`, if there are any.
    func throwIfAny(and others: Flaws) throws(Flaws) {
        try Flaws(flaws + others.all).throwIfAny()
    }

    mutating func note(_ problem: Flaw.Problem, _ field: String) {
        flaws.append(Flaw(field, problem))
    }

    private mutating func note(_ text: String, _ field: String) {
        note(text.trimmed.isEmpty ? .missing : .malformed, field)
    }
}
