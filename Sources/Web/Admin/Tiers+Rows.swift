import Core

extension TiersPage.Row {
    /// - Parameters:
    ///   - people: how many are on it.
    ///   - models: the public names of those that it may use.
    ///   - isDefault: whether new people get it.
    init(_ tier: Tier, people: Int, models: [String], isDefault: Bool, words: Words) {
        let settings = tier.settings
        let allowance = settings.allowance
        func amount(_ value: Int64?) -> String { value.map(words.number) ?? "—" }
        self.init(
            id: tier.id.rawValue, name: settings.name, audience: settings.audience, people: words.number(people),
            prompt: words.number(settings.maxPromptTokens), reply: words.number(settings.maxReplyTokens),
            hour: amount(allowance.tokensPerHour), day: amount(allowance.tokensPerDay),
            month: amount(allowance.tokensPerMonth), requests: amount(allowance.requestsPerMinute),
            concurrent: amount(allowance.concurrentRequests), models: models.joined(separator: ", "),
            isDefault: isDefault, isRetired: tier.isRetired)
    }
}

extension TiersPage.Preview {
    init(_ preview: TierPreview, words: Words) {
        let people = words(
            Int64(preview.people), one: "{count} person is on this tier.", other: "{count} people are on this tier.")
        let stopped = words(
            Int64(preview.stopped.count),
            one: "{count} of them would be at a limit at once.", other: "{count} of them would be at a limit at once.")
        self.init(text: "\(people) \(stopped)", isHarsh: !preview.stopped.isEmpty)
    }
}
