public import Core
import Tokenizer

/// One token a byte.
public struct ByteMeter: TokenMeter {
    public init() {}

    public func count(_ text: String, for model: MeteredModel) -> TokenCount {
        TokenCount(tokens: Int64(text.utf8.count), isExact: true)
    }

    public func count(_ messages: [ChatMessage], for model: MeteredModel) -> TokenCount {
        TokenCount(tokens: messages.reduce(0) { $0 + Int64($1.content.utf8.count) }, isExact: true)
    }

    public func measure(_ prompt: CountablePrompt, for model: MeteredModel) -> PromptMeasure {
        switch prompt {
        case .chat(let chat):
            let parts = chat.messages.flatMap(\.content)
            return PromptMeasure(
                count: TokenCount(tokens: parts.reduce(0) { $0 + bytes($1) }, isExact: true),
                unmeterable: parts.compactMap { if case .uncountable(let kind) = $0 { kind } else { nil } })
        case .texts(let texts):
            return PromptMeasure(
                count: TokenCount(
                    tokens: texts.texts.reduce(texts.tokens) { $0 + Int64($1.utf8.count) }, isExact: true))
        }
    }

    private func bytes(_ part: PromptContent) -> Int64 {
        if case .text(let text) = part { Int64(text.utf8.count) } else { 0 }
    }
}
