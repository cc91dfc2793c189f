import Core
import Tokenizer

/// The gate's meter over the tokenizer.
struct PromptMeter: TokenMeter {
    private let counter: PromptCounter

    init(_ counters: TokenCounters) {
        counter = PromptCounter(counters)
    }

    func count(_ text: String, for model: MeteredModel) -> Core.TokenCount {
        TokenCount(counter.count(text: text, model: model.name, encoding: encoding(of: model)))
    }

    func count(_ messages: [ChatMessage], for model: MeteredModel) -> Core.TokenCount {
        let messages = messages.map { PromptMessage(role: $0.role.rawValue, text: $0.content) }
        return TokenCount(counter.count(messages: messages, model: model.name, encoding: encoding(of: model)))
    }

    func measure(_ prompt: CountablePrompt, for model: MeteredModel) -> PromptMeasure {
        switch prompt {
        case .chat(let chat): measure(chat, for: model)
        case .texts(let texts): PromptMeasure(count: count(texts, for: model))
        }
    }

    private func measure(_ chat: CountablePrompt.Chat, for model: MeteredModel) -> PromptMeasure {
        let count = counter.count(
            messages: chat.messages, tools: chat.tools, toolChoice: chat.toolChoice, model: model.name,
            encoding: encoding(of: model))
        let extras = chat.extras.map { self.count($0, for: model).tokens }
        return PromptMeasure(
            count: TokenCount(
                tokens: extras.reduce(Int64(count.total)) { $0.addingClamped($1) },
                isExact: count.isExact && extras.isEmpty),
            unmeterable: count.doubts.compactMap(\.unmeterable).sorted())
    }

    private func count(_ texts: CountablePrompt.Texts, for model: MeteredModel) -> Core.TokenCount {
        let counts = texts.texts.map { count($0, for: model) }
        return TokenCount(
            tokens: counts.reduce(texts.tokens) { $0.addingClamped($1.tokens) }, isExact: counts.allSatisfy(\.isExact))
    }

    private func encoding(of model: MeteredModel) -> Encoding? { model.encoding.flatMap(Encoding.init) }
}

extension Core.TokenCount {
    fileprivate init(_ count: PromptCount) {
        self.init(tokens: Int64(count.total), isExact: count.isExact)
    }
}

extension CountDoubt {
    /// What would be taken for free, if it were let through; nil for what is only not exact.
    fileprivate var unmeterable: String? {
        switch self {
        case .unpricedImage, .uncountable: explanation
        case .unknownTokenizer, .unknownChatFormat, .toolCalls, .images: nil
        }
    }
}
