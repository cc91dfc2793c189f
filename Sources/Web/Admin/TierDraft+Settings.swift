import Core

extension TierDraft {
    /// The form of a tier as it stands.
    init(_ settings: Tier.Settings) {
        let allowance = settings.allowance
        name = settings.name
        audience = settings.audience
        maxPromptTokens = String(settings.maxPromptTokens)
        maxReplyTokens = String(settings.maxReplyTokens)
        tokensPerHour = allowance.tokensPerHour.map(String.init) ?? ""
        tokensPerDay = allowance.tokensPerDay.map(String.init) ?? ""
        tokensPerMonth = allowance.tokensPerMonth.map(String.init) ?? ""
        requestsPerMinute = allowance.requestsPerMinute.map(String.init) ?? ""
        concurrentRequests = allowance.concurrentRequests.map(String.init) ?? ""
        models = settings.models.map(\.rawValue).sorted()
    }

    /// What was typed, as settings: what the form has no field for is kept from `current`.
    ///
    /// - Throws: `Flaws` for all fields together.
    func settings(keeping current: Tier.Settings? = nil) throws -> Tier.Settings {
        var form = NumberForm()
        var settings = Tier.Settings(
            name: name, audience: audience,
            maxPromptTokens: form.required("maxPromptTokens", maxPromptTokens),
            maxReplyTokens: form.required("maxReplyTokens", maxReplyTokens),
            models: Set(models.map(ModelID.init(rawValue:))),
            allowance: Tier.Allowance(
                tokensPerHour: form.optional("tokensPerHour", tokensPerHour),
                tokensPerDay: form.optional("tokensPerDay", tokensPerDay),
                tokensPerMonth: form.optional("tokensPerMonth", tokensPerMonth),
                requestsPerMinute: form.optional("requestsPerMinute", requestsPerMinute),
                concurrentRequests: form.optional("concurrentRequests", concurrentRequests)))
        if let current { settings.disconnect = current.disconnect }
        let known = Set(form.flaws.map(\.field))
        try Flaws(form.flaws + settings.flaws.all.filter { !known.contains($0.field) }).throwIfAny()
        return settings
    }
}
