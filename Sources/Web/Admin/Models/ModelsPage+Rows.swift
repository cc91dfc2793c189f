import Core

extension ModelsPage.Row {
    init(
        _ model: Model, upstreams: [UpstreamID: String], tiers: [TierID: String], models: [ModelID: String],
        _ words: Words
    ) {
        let settings = model.settings
        self.init(
            id: model.id.rawValue, name: model.name, upstream: upstreams[settings.upstream] ?? "",
            upstreamName: settings.upstreamModel, encoding: settings.encoding ?? words("as its name says"),
            context: words.number(settings.contextWindow), reply: words.number(settings.maxReplyTokens),
            prices: words.dollars(nanodollars: settings.tariff.promptNanodollarsPerMillion) + " / "
                + words.dollars(nanodollars: settings.tariff.completionNanodollarsPerMillion),
            weight: settings.tariff.weightPartsPerMillion.typed(fractionDigits: 6),
            fallback: settings.fallback.flatMap { models[$0] },
            tiers: words.list(settings.tiers.compactMap { tiers[$0] }), isRetired: settings.isRetired)
    }
}

extension ModelsPage.Trial {
    /// - Parameter milliseconds: from the button to the end of the answer.
    init(_ model: Model, text: String, ending: ReplyEnding, milliseconds: Int64, _ words: Words) {
        let usage = words(
            "{prompt} prompt and {completion} reply tokens on your own account, {cost}, after {time} ms.",
            [
                "prompt": words.number(ending.usage.promptTokens),
                "completion": words.number(ending.usage.completionTokens),
                "cost": words.dollars(nanodollars: ending.cost), "time": words.number(milliseconds),
            ])
        let served = ending.modelServed.map { " " + words("It calls itself {name}.", ["name": $0]) } ?? ""
        hasFailed = ![.finished, .overran, .limited].contains(ending.outcome)
        title =
            hasFailed
            ? words("{name} broke off", ["name": model.name]) : words("{name} answered", ["name": model.name])
        summary = (ending.failure.map { words.failure($0) + " " } ?? "") + usage + served
        answer = text.isEmpty ? nil : String(text.prefix(2000))
    }

    init(_ model: Model, notSent error: GateError, _ words: Words) {
        title =
            error == .stopped
            ? words("{name} did not answer", ["name": model.name])
            : words("{name} was not asked", ["name": model.name])
        summary =
            words.trialRefusal(error) + " "
            + (error == .stopped ? words("If it had the prompt, that is charged.") : words("Nothing was charged."))
        answer = nil
        hasFailed = true
    }
}
