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
            maxReplyTokens: typed.whole(maxReplyTokens, "maxReplyTokens"), tariff: tariff(&typed),
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
            weightPartsPerMillion: typed.decimal(weight, "weight", fractionDigits: Self.weightDigits))
    }
}

extension ModelDraft {
    init(_ settings: Model.Settings) {
        let price = { (nanodollars: Int64) in nanodollars.typed(fractionDigits: Self.priceDigits) }
        self.init(
            name: settings.name, upstream: settings.upstream.rawValue, upstreamModel: settings.upstreamModel,
            encoding: settings.encoding ?? "", contextWindow: String(settings.contextWindow),
            maxReplyTokens: String(settings.maxReplyTokens),
            promptPrice: price(settings.tariff.promptNanodollarsPerMillion),
            completionPrice: price(settings.tariff.completionNanodollarsPerMillion),
            cachedPromptPrice: settings.tariff.cachedPromptNanodollarsPerMillion.map(price) ?? "",
            weight: settings.tariff.weightPartsPerMillion.typed(fractionDigits: Self.weightDigits),
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
            amount("promptPrice", "Price of the prompt", promptPrice, perMillion),
            amount("completionPrice", "Price of the reply", completionPrice, perMillion),
            amount("cachedPromptPrice", "Price of a cached prompt", cachedPromptPrice, words("Empty for the same.")),
            amount("weight", "Weight", weight, words("How many tokens of a limit one token takes.")),
        ]
    }

    func choices(_ upstreams: [UpstreamRecord], _ encodings: [String], _ errors: [String: String], _ words: Words)
        -> [Choice]
    {
        let known = encodings.contains(encoding) || encoding.isEmpty ? encodings : encodings + [encoding]
        return [
            Choice(
                "upstream", words("Upstream"), options: upstreams.map { ($0.id.rawValue, $0.name) },
                selected: upstream, error: errors["upstream"]),
            Choice(
                "encoding", words("Counted with"), options: [("", words("as its name says"))] + known.map { ($0, $0) },
                selected: encoding, error: errors["encoding"]),
        ]
    }

    func tierOptions(_ all: [Tier]) -> [Choice.Option] {
        let chosen = Set(tiers ?? [])
        return all.map {
            Choice.Option(value: $0.id.rawValue, label: $0.name, isSelected: chosen.contains($0.id.rawValue))
        }
    }
}
