public import Tokenizer

/// What of an API client's request costs prompt tokens.
public enum CountablePrompt: Sendable, Hashable {
    case chat(Chat)
    case texts(Texts)

    /// A conversation with everything that the chat format adds to it.
    public struct Chat: Sendable, Hashable {
        public var messages: [PromptMessage]
        public var tools: [PromptTool]
        public var toolChoice: PromptToolChoice
        /// Text that reaches the model in a form nobody publishes, such as the schema of a structured answer. It counts
        /// by itself, and makes the count an estimate.
        public var extras: [String]

        public init(
            messages: [PromptMessage], tools: [PromptTool] = [], toolChoice: PromptToolChoice = .auto,
            extras: [String] = []
        ) {
            self.messages = messages
            self.tools = tools
            self.toolChoice = toolChoice
            self.extras = extras
        }
    }

    /// Texts that reach the model as they are: completions and embeddings.
    public struct Texts: Sendable, Hashable {
        public var texts: [String]
        /// Those that the client sent as tokens.
        public var tokens: Int64

        public init(texts: [String] = [], tokens: Int64 = 0) {
            self.texts = texts
            self.tokens = tokens
        }
    }
}

/// A prompt's tokens, and what of it has none that are known.
public struct PromptMeasure: Sendable, Hashable {
    public var count: TokenCount
    /// Parts that would be taken for free, in words for the client; empty when all can be metered.
    public var unmeterable: [String]

    public init(count: TokenCount, unmeterable: [String] = []) {
        self.count = count
        self.unmeterable = unmeterable
    }
}
