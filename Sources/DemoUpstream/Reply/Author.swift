/// Makes up what a choice says: prose, JSON or calls, always the same for the same request.
struct Author {
    private let ask: Ask
    private let messages: [Message]
    private let seed: String
    private var prose: Prose

    init(ask: Ask, messages: [Message], variant: Int) {
        self.ask = ask
        self.messages = messages
        seed = messages.question + (variant == 0 ? "" : "\u{0}\(variant)")
        prose = Prose(question: messages.question, seed: seed)
    }

    mutating func reasoning(thinks: Bool, isHidden: Bool) -> [Token] {
        guard thinks else { return [] }
        return ask.ruler.split(prose.reasoning()).map { isHidden ? .hidden : .reasoning($0) }
    }

    /// How long this reply would like to be.
    mutating func length(in tokens: ClosedRange<Int>) -> Int {
        prose.length(in: tokens)
    }

    /// Prose or JSON, up to where the request wants it to stop.
    mutating func words(atLeast tokens: Int) -> [Token] {
        let text =
            switch ask.format {
            case .prose: prose.text(atLeast: tokens, by: ask.ruler, results: messages.results)
            case .json(let schema): json(schema).text
            }
        return ask.ruler.split(upToStop(text)).map { .text($0) }
    }

    func calls(of functions: [Function]) -> [Token] {
        functions.enumerated().flatMap { index, function in
            let naming = repeatElement(Token.naming, count: max(0, ask.ruler.count(function.name) - 1))
            var example = Example(of: function.parameters, seed: seed + function.name)
            let arguments = ask.ruler.split(example.value().text).map { Token.arguments(call: index, $0) }
            return naming + [.call(index: index, name: function.name)] + arguments
        }
    }

    private mutating func json(_ schema: JSON?) -> JSON {
        guard let schema else { return ["about": .string(messages.question), "answer": .string(prose.sentence())] }
        var example = Example(of: schema, seed: seed)
        return example.value()
    }

    private func upToStop(_ text: String) -> String {
        let end = ask.stop.compactMap { text.firstRange(of: $0)?.lowerBound }.min()
        return end.map { String(text[..<$0]) } ?? text
    }
}
