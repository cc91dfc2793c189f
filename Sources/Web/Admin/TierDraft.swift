import Core

/// A tier as it was typed: every value comes back as it was, with what is wrong beside it. The names of the fields are
/// those of `Tier.Settings`; an empty amount is no limit of that kind.
struct TierDraft: Sendable, Codable {
    var name = ""
    var audience = ""
    var maxPromptTokens = ""
    var maxReplyTokens = ""
    var tokensPerHour = ""
    var tokensPerDay = ""
    var tokensPerMonth = ""
    var requestsPerMinute = ""
    var concurrentRequests = ""
    /// The identifiers of the models that were ticked.
    var models: [String] = []

    init() {}

    /// - Parameter errors: what is wrong, by the name of the field.
    func fields(errors: [String: String] = [:], _ words: Words) -> [Field] {
        func amount(_ name: String, _ label: String, _ value: String, _ hint: String) -> Field {
            Field(name, words(label), kind: .number, value: value, hint: words(hint), error: errors[name])
        }
        return [
            Field("name", words("Name"), value: name, error: errors["name"], isRequired: true),
            Field("audience", words("Who it is for"), value: audience, error: errors["audience"]),
            amount("maxPromptTokens", "Longest prompt", maxPromptTokens, "Tokens, with the history of the chat."),
            amount("maxReplyTokens", "Longest reply", maxReplyTokens, "Tokens."),
            amount("tokensPerHour", "Tokens per hour", tokensPerHour, "Empty for no limit."),
            amount("tokensPerDay", "Tokens per day", tokensPerDay, "Empty for no limit."),
            amount("tokensPerMonth", "Tokens per month", tokensPerMonth, "Empty for no limit."),
            amount("requestsPerMinute", "Requests per minute", requestsPerMinute, "Empty for no limit."),
            amount("concurrentRequests", "Requests at once", concurrentRequests, "Empty for no limit."),
        ]
    }
}
