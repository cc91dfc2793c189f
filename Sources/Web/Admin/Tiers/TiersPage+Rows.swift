import Core

extension TiersPage.Row {
    /// - Parameters:
    ///   - people: how many are on it.
    ///   - modelNames: of all models.
    init(_ tier: Tier, people: Int, modelNames: [ModelID: String], _ words: Words) {
        let limits = tier.settings.allowance
        let amount = { (limit: Int64?) in limit.map(words.number) ?? "—" }
        self.init(
            id: tier.id.rawValue, name: tier.name, audience: tier.settings.audience, people: words.number(people),
            prompt: words.number(tier.settings.maxPromptTokens), reply: words.number(tier.settings.maxReplyTokens),
            hour: amount(limits.tokensPerHour), day: amount(limits.tokensPerDay), month: amount(limits.tokensPerMonth),
            requests: amount(limits.requestsPerMinute), concurrent: amount(limits.concurrentRequests),
            models: words.list(tier.settings.models.compactMap { modelNames[$0] }), isRetired: tier.isRetired)
    }
}

extension TiersPage.Preview {
    /// - Parameter names: of those who would be stopped at once.
    init(_ preview: TierPreview, names: [String], _ words: Words) {
        let people = words(Int64(preview.people), one: "{count} person is", other: "{count} people are")
        let touched = words("{people} on this tier.", ["people": people])
        isHarsh = !preview.stopped.isEmpty
        text =
            isHarsh
            ? touched + " "
                + words(
                    Int64(preview.stopped.count),
                    one: "{count} of them has already taken more than this allows and would be stopped at once: ",
                    other: "{count} of them have already taken more than this allows and would be stopped at once: ")
                + words.list(names, most: 5) + "."
            : touched + " " + words("Nobody would be stopped at once.")
    }
}
