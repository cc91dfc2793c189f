import Core

/// A model as it was typed. The fields are called as `Model.Settings` and its flaws call them; prices are dollars for a
/// million tokens.
struct ModelDraft: Sendable, Decodable {
    var name = ""
    /// Nil where there is none to choose.
    var upstream: String?
    var upstreamModel = ""
    /// Empty to tell it from the upstream's name of the model.
    var encoding = ""
    var contextWindow = ""
    var maxReplyTokens = ""
    var promptPrice = "0"
    var completionPrice = "0"
    /// Empty when cached tokens cost the same.
    var cachedPromptPrice = ""
    var weight = "1"
    /// Empty where they weigh the same as others of their kind.
    var cachedPromptWeight = ""
    var reasoningWeight = ""
    var minimumReplyTokens = String(ReplyBounds.usualMinimumReplyTokens)
    /// The model that answers instead; empty for none.
    var fallback: String?
    /// `yes` to hold the longest reply at once.
    var holdsWholeReply = "no"
    /// The chosen tiers; nil when none is.
    var tiers: [String]?

    private static let priceDigits = 9
    private static let weightDigits = 6

    /// - Throws: `Flaws` of all fields together.
    func settings(isRetired: Bool) throws(Flaws) -> Model.Settings {
        var typed = TypedFields()
        let settings = Model.Settings(
            name: name.trimmed, upstream: UpstreamID(rawValue: upstream ?? ""), upstreamModel: upstreamModel.trimmed,
            encoding: encoding.isEmpty ? nil : encoding, contextWindow: typed.whole(contextWindow, "contextWindow"),
            maxReplyTokens: typed.whole(maxReplyTokens, "maxReplyTokens"),
            minimumReplyTokens: typed.whole(minimumReplyTokens, "minimumReplyTokens"),
            fallback: fallback.flatMap { $0.isEmpty ? nil : ModelID(rawValue: $0) },
            holdsWholeReply: holdsWholeReply == "yes", tariff: tariff(&typed),
            tiers: Set((tiers ?? []).map(TierID.init)), isRetired: isRetired)
        try typed.throwIfAny(and: settings.flaws)
        return settings
    }

    private func tariff(_ typed: inout TypedFields) -> Tariff {
        let cached = cachedPromptPrice.trimmed.isEmpty ? nil : cachedPromptPrice
        return Tariff(
            promptNanodollarsPerMillion: typed.decimal(promptPrice, "promptPrice", fractionDigits: Self.priceDigits),
            completionNanodollarsPerMillion: typed.decimal(
                completionPrice, "completionPrice", fractionDigits: Self.priceDigits),
            cachedPromptNanodollarsPerMillion: cached.map {
                typed.decimal($0, "cachedPromptPrice", fractionDigits: Self.priceDigits)
            },
            weightPartsPerMillion: typed.decimal(weight, "weight", fractionDigits: Self.weightDigits),
            cachedPromptWeightPartsPerMillion: typed.weightOrNone(cachedPromptWeight, "cachedPromptWeight"),
            reasoningWeightPartsPerMillion: typed.weightOrNone(reasoningWeight, "reasoningWeight"))
    }
}

extension ModelDraft {
    init(_ settings: Model.Settings) {
        let price = { (nanodollars: Int64) in nanodollars.typed(fractionDigits: Self.priceDigits) }
        let weight = { (parts: Int64) in parts.typed(fractionDigits: Self.weightDigits) }
        self.init(
            name: settings.name, upstream: settings.upstream.rawValue, upstreamModel: settings.upstreamModel,
            encoding: settings.encoding ?? "", contextWindow: String(settings.contextWindow),
            maxReplyTokens: String(settings.maxReplyTokens),
            promptPrice: price(settings.tariff.promptNanodollarsPerMillion),
            completionPrice: price(settings.tariff.completionNanodollarsPerMillion),
            cachedPromptPrice: settings.tariff.cachedPromptNanodollarsPerMillion.map(price) ?? "",
            weight: weight(settings.tariff.weightPartsPerMillion),
            cachedPromptWeight: settings.tariff.cachedPromptWeightPartsPerMillion.map(weight) ?? "",
            reasoningWeight: settings.tariff.reasoningWeightPartsPerMillion.map(weight) ?? "",
            minimumReplyTokens: String(settings.minimumReplyTokens), fallback: settings.fallback?.rawValue ?? "",
            holdsWholeReply: settings.holdsWholeReply ? "yes" : "no",
            tiers: settings.tiers.map(\.rawValue))
    }
}

// MARK: As a form

extension ModelDraft {
    func fields(_ errors: [String: String], _ words: Words) -> [Field] {
        let amount = { (name: String, label: String, value: String, hint: String?) in
            Field(name, words(label), kind: .number, value: value, hint: hint, error: errors[name])
        }
        let perMillion = words("Dollars for a million tokens.")
        return [
            Field(
                "name", words("Name"), value: name, hint: words("What people choose and API clients ask for."),
                error: errors["name"], isRequired: true),
            Field(
                "upstreamModel", words("Name at the upstream"), value: upstreamModel, error: errors["upstreamModel"],
                isRequired: true),
            amount("contextWindow", "Context window", contextWindow, words("Tokens of prompt and reply together.")),
            amount("maxReplyTokens", "Longest reply", maxReplyTokens, words("Tokens.")),
            amount(
                "minimumReplyTokens", "Shortest useful reply", minimumReplyTokens,
                words("Tokens. Where the limits leave less, the prompt is refused.")),
            amount("promptPrice", "Price of the prompt", promptPrice, perMillion),
            amount("completionPrice", "Price of the reply", completionPrice, perMillion),
            amount("cachedPromptPrice", "Price of a cached prompt", cachedPromptPrice, words("Empty for the same.")),
            amount("weight", "Weight", weight, words("How many tokens of a limit one token takes.")),
            amount(
                "cachedPromptWeight", "Weight of a cached prompt", cachedPromptWeight,
                words("Beside other prompt tokens, such as 0.25. Empty for the same.")),
            amount(
                "reasoningWeight", "Weight of reasoning", reasoningWeight,
                words("Beside other reply tokens. Empty for the same.")),
        ]
    }

    /// - Parameter others: the models that could answer instead.
    func choices(
        _ upstreams: [UpstreamRecord], _ encodings: [String], others: [Model], _ errors: [String: String],
        _ words: Words
    ) -> [Choice] {
        let known = encodings.contains(encoding) || encoding.isEmpty ? encodings : encodings + [encoding]
        return [
            Choice(
                "upstream", words("Upstream"), options: upstreams.map { ($0.id.rawValue, $0.name) },
                selected: upstream, error: errors["upstream"]),
            Choice(
                "encoding", words("Counted with"), options: [("", words("as its name says"))] + known.map { ($0, $0) },
                selected: encoding, error: errors["encoding"]),
            Choice(
                "fallback", words("Answers where it has no room"),
                options: [("", words("none"))] + others.map { ($0.id.rawValue, $0.name) }, selected: fallback ?? "",
                error: errors["fallback"]),
            Choice(
                "holdsWholeReply", words("Held at first"),
                options: [("no", words("what replies usually take")), ("yes", words("the longest reply"))],
                selected: holdsWholeReply),
        ]
    }

    func tierOptions(_ all: [Tier]) -> [Choice.Option] {
        let chosen = Set(tiers ?? [])
        return all.map {
            Choice.Option(value: $0.id.rawValue, label: $0.name, isSelected: chosen.contains($0.id.rawValue))
        }
    }
}

extension TypedFields {
    /// - Returns: nil for an empty field.
    fileprivate mutating func weightOrNone(_ text: String, _ field: String) -> Int64? {
        text.trimmed.isEmpty ? nil : decimal(text, field, fractionDigits: 6)
    }
}
