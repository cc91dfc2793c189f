import Core

/// A tier as it was typed: every value goes back as it was, with what is wrong beside it. The fields are called as
/// `Tier.Settings` calls them; an empty limit is none.
struct TierDraft: Sendable, Decodable {
    var name = ""
    var audience = ""
    var maxPromptTokens = ""
    var maxReplyTokens = ""
    var tokensPerHour = ""
    var tokensPerDay = ""
    var tokensPerMonth = ""
    var requestsPerMinute = ""
    var concurrentRequests = ""
    /// `cancel` or `drain`.
    var disconnect = "cancel"
    var graceSeconds = "10"
    /// `block`, `downgrade`, `cache` or `downgrade+cache`.
    var atLimit = "block"
    /// For how long an answer may be given again.
    var cacheHours = "24"
    /// The chosen models; nil when none is.
    var models: [String]?
    /// `save` or `preview`: the button that was pressed.
    var intent: String?

    /// - Throws: `Flaws` of all fields together.
    func settings() throws(Flaws) -> Tier.Settings {
        var typed = TypedFields()
        let settings = Tier.Settings(
            name: name.trimmed, audience: audience.trimmed,
            maxPromptTokens: typed.whole(maxPromptTokens, "maxPromptTokens"),
            maxReplyTokens: typed.whole(maxReplyTokens, "maxReplyTokens"),
            models: Set((models ?? []).map(ModelID.init)), disconnect: policy(&typed), atLimit: ladder(&typed),
            allowance: allowance(&typed))
        try typed.throwIfAny(and: settings.flaws)
        return settings
    }

    private func policy(_ typed: inout TypedFields) -> DisconnectPolicy {
        disconnect == "drain" ? .drain : .cancel(graceSeconds: typed.whole(graceSeconds, "disconnect"))
    }

    /// Hours that nobody asks for are not read.
    private func ladder(_ typed: inout TypedFields) -> Tier.AtLimit {
        let caches = atLimit.hasSuffix("cache")
        let hours = caches ? typed.whole(cacheHours, "cacheSeconds") : 0
        return Tier.AtLimit(
            downgrades: atLimit.hasPrefix("downgrade"),
            cacheSeconds: caches ? min(hours, 1_000_000) * 3600 : nil)
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

extension TierDraft {
    init(_ settings: Tier.Settings) {
        self.init(
            name: settings.name, audience: settings.audience, maxPromptTokens: String(settings.maxPromptTokens),
            maxReplyTokens: String(settings.maxReplyTokens), models: settings.models.map(\.rawValue))
        let limits = settings.allowance
        tokensPerHour = limits.tokensPerHour.map(String.init) ?? ""
        tokensPerDay = limits.tokensPerDay.map(String.init) ?? ""
        tokensPerMonth = limits.tokensPerMonth.map(String.init) ?? ""
        requestsPerMinute = limits.requestsPerMinute.map(String.init) ?? ""
        concurrentRequests = limits.concurrentRequests.map(String.init) ?? ""
        let ladder = settings.atLimit
        switch (ladder.downgrades, ladder.cacheSeconds != nil) {
        case (true, true): atLimit = "downgrade+cache"
        case (true, false): atLimit = "downgrade"
        case (false, true): atLimit = "cache"
        case (false, false): atLimit = "block"
        }
        if let seconds = ladder.cacheSeconds { cacheHours = String((seconds + 3599) / 3600) }
        switch settings.disconnect {
        case .cancel(let seconds): graceSeconds = String(seconds)
        case .drain: disconnect = "drain"
        }
    }
}

// MARK: As a form

extension TierDraft {
    /// - Parameter errors: by the name of the field.
    func fields(_ errors: [String: String], _ words: Words) -> [Field] {
        let none = words("Empty for no limit.")
        let number = { (name: String, label: String, value: String, hint: String?) in
            Field(name, words(label), kind: .number, value: value, hint: hint, error: errors[name])
        }
        return [
            Field("name", words("Name"), value: name, error: errors["name"], isRequired: true),
            Field("audience", words("Who it is for"), value: audience, error: errors["audience"]),
            number(
                "maxPromptTokens", "Longest prompt", maxPromptTokens, words("Tokens, with the history of the chat.")),
            number("maxReplyTokens", "Longest reply", maxReplyTokens, words("Tokens.")),
            number("tokensPerHour", "Tokens per hour", tokensPerHour, none),
            number("tokensPerDay", "Tokens per day", tokensPerDay, none),
            number("tokensPerMonth", "Tokens per month", tokensPerMonth, none),
            number("requestsPerMinute", "Requests per minute", requestsPerMinute, none),
            number("concurrentRequests", "Requests at once", concurrentRequests, none),
        ]
    }

    func graceField(_ errors: [String: String], _ words: Words) -> Field {
        Field(
            "graceSeconds", words("Seconds until then"), kind: .number, value: graceSeconds,
            hint: words(
                """
                Where replies without readers are ended. A chat is waited for so long; a program cannot come back, and \
                its reply ends at once. Either way the prompt and what was written are charged.
                """), error: errors["disconnect"])
    }

    func policyChoice(_ words: Words) -> Choice {
        Choice(
            "disconnect", words("When nobody reads a reply"),
            options: [
                ("cancel", words("end it after a while")), ("drain", words("read it to its end, and charge all of it")),
            ],
            selected: disconnect)
    }

    func ladderChoice(_ words: Words) -> Choice {
        Choice(
            "atLimit", words("At a limit"),
            options: [
                ("block", words("refuse")), ("downgrade", words("let the smaller model answer")),
                ("cache", words("give an earlier answer to the same question")),
                ("downgrade+cache", words("the smaller model, then an earlier answer")),
            ],
            selected: atLimit)
    }

    func cacheField(_ errors: [String: String], _ words: Words) -> Field {
        Field(
            "cacheHours", words("Hours an answer is kept"), kind: .number, value: cacheHours,
            hint: words("Where earlier answers are given. At most a year."), error: errors["cacheSeconds"])
    }

    func modelOptions(_ all: [Model], _ words: Words) -> [Choice.Option] {
        let chosen = Set(models ?? [])
        return all.map { model in
            Choice.Option(
                value: model.id.rawValue,
                label: model.settings.isRetired ? words("{name} (retired)", ["name": model.name]) : model.name,
                isSelected: chosen.contains(model.id.rawValue))
        }
    }
}
