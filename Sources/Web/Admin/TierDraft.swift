/// A tier as it was typed: every value comes back as it was, with what is wrong beside it. Empty means no limit.
struct TierDraft: Sendable {
    var name = ""
    var purpose = ""
    var prompt = ""
    var reply = ""
    var hour = ""
    var day = ""
    var month = ""
    var requests = ""
    var concurrent = ""
    /// By the name of the field.
    var errors: [String: String] = [:]

    func fields(_ words: Words) -> [Field] {
        [
            Field("name", words("Name"), value: name, error: errors["name"], isRequired: true),
            Field("purpose", words("Who it is for"), value: purpose, error: errors["purpose"]),
            number("prompt", words("Longest prompt"), prompt, words("Tokens, with the history of the chat.")),
            number("reply", words("Longest reply"), reply, words("Tokens.")),
            number("hour", words("Tokens per hour"), hour, words("Empty for no limit.")),
            number("day", words("Tokens per day"), day, words("Empty for no limit.")),
            number("month", words("Tokens per month"), month, words("Empty for no limit.")),
            number("requests", words("Requests per minute"), requests, words("Empty for no limit.")),
            number("concurrent", words("Requests at once"), concurrent, words("Empty for no limit.")),
        ]
    }

    private func number(_ name: String, _ label: String, _ value: String, _ hint: String) -> Field {
        Field(name, label, kind: .number, value: value, hint: hint, error: errors[name])
    }
}
