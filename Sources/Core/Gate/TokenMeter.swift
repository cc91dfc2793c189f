/// Counts tokens as a model does.
public protocol TokenMeter: Sendable {
    /// The tokens of a text by itself.
    func count(_ text: String, for model: MeteredModel) -> TokenCount

    /// The tokens of a whole prompt: its messages and what the chat format adds to each.
    ///
    /// What it cannot count exactly it should rather overrate: a hold is taken by this number.
    func count(_ messages: [ChatMessage], for model: MeteredModel) -> TokenCount

    /// The same for a request of an API client, which may have parts that nobody can count.
    func measure(_ prompt: CountablePrompt, for model: MeteredModel) -> PromptMeasure
}

extension TokenMeter {
    func measure(_ body: PromptBody, for model: MeteredModel) -> PromptMeasure {
        switch body {
        case .messages(let messages): PromptMeasure(count: count(messages, for: model))
        case .api(let request): measure(request.prompt, for: model)
        }
    }
}

/// What decides how a model counts.
public struct MeteredModel: Sendable, Hashable {
    /// The upstream's name of the model.
    public var name: String
    /// The encoding that an administrator set; nil to tell it from the name.
    public var encoding: String?

    public init(name: String, encoding: String? = nil) {
        self.name = name
        self.encoding = encoding
    }
}

public struct TokenCount: Sendable, Hashable, Codable {
    public var tokens: Int64
    /// False for an estimate, which a page marks with "≈".
    public var isExact: Bool

    public init(tokens: Int64, isExact: Bool) {
        self.tokens = tokens
        self.isExact = isExact
    }
}
