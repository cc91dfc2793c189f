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

    private func encoding(of model: MeteredModel) -> Encoding? { model.encoding.flatMap(Encoding.init) }
}

extension Core.TokenCount {
    fileprivate init(_ count: PromptCount) {
        self.init(tokens: Int64(count.total), isExact: count.isExact)
    }
}
