/// Counts whole prompts: text, and what the chat format adds to it.
public struct PromptCounter: Sendable {
    private let counters: TokenCounters

    public init(_ counters: TokenCounters) {
        self.counters = counters
    }

    /// A text alone, such as a draft, or a reply whose upstream reported no usage.
    ///
    /// - Parameter encoding: nil takes the model's own, by its name.
    public func count(text: String, model: String, encoding: Encoding? = nil) -> PromptCount {
        let known = ModelEncoding(ofModel: model)
        let tokens = counters[encoding ?? known.encoding].count(text)
        let isExact = encoding != nil || known.isExact
        return PromptCount(text: tokens, total: tokens, doubts: isExact ? [] : [.unknownTokenizer])
    }

    /// A chat prompt by OpenAI's cookbook, "How to count tokens with tiktoken": three tokens around each message, one for
    /// a name, three that open the reply; tools as `ToolRendering` has them.
    ///
    /// - Parameter encoding: what the model is set to count with; nil takes the model's own, by its name.
    public func count(
        messages: [PromptMessage], tools: [PromptTool] = [], toolChoice: PromptToolChoice = .auto, model: String,
        encoding: Encoding? = nil
    ) -> PromptCount {
        let known = ModelEncoding(ofModel: model)
        var tally = Tally(counter: counters[encoding ?? known.encoding], model: model)
        if encoding == nil && !known.isExact { tally.doubts.insert(.unknownTokenizer) }
        if model.hasPrefix("gpt-oss-") { tally.doubts.insert(.unknownChatFormat) }
        for message in messages { tally.add(message) }
        tally.overhead += Tally.replyPrimer
        tally.add(tools, hasSystemMessage: messages.contains { $0.role == "system" })
        tally.add(toolChoice)
        return PromptCount(text: tally.text, total: tally.text + tally.overhead, doubts: tally.doubts)
    }
}

private struct Tally {
    let counter: TokenCounter
    let model: String
    var text = 0
    var overhead = 0
    var doubts: Set<CountDoubt> = []

    static let aroundMessage = 3
    static let besideName = 1
    static let replyPrimer = 3
    static let aroundTools = 9
    /// Tools share the system message's own overhead where there is one.
    static let savedBySystemMessage = 4
    static let choiceOfNone = 1
    static let aroundNamedChoice = 7

    init(counter: TokenCounter, model: String) {
        self.counter = counter
        self.model = model
    }

    mutating func add(_ message: PromptMessage) {
        overhead += Self.aroundMessage + counter.count(message.role)
        if let name = message.name { overhead += counter.count(name) + Self.besideName }
        for part in message.content { add(part) }
        for call in message.toolCalls {
            overhead += counter.count(call.name) + counter.count(call.arguments)
            doubts.insert(.toolCalls)
        }
    }

    private mutating func add(_ part: PromptContent) {
        switch part {
        case .text(let part): text += counter.count(part)
        case .image(let image): add(image)
        case .uncountable(let kind): doubts.insert(.uncountable(kind: kind))
        }
    }

    private mutating func add(_ image: PromptImage) {
        guard let tokens = ImageTokens.count(image, model: model) else {
            doubts.insert(.unpricedImage)
            return
        }
        overhead += tokens
        doubts.insert(.images)
    }

    mutating func add(_ tools: [PromptTool], hasSystemMessage: Bool) {
        guard !tools.isEmpty else { return }
        overhead += counter.count(ToolRendering.text(of: tools)) + Self.aroundTools
        if hasSystemMessage { overhead -= Self.savedBySystemMessage }
    }

    mutating func add(_ choice: PromptToolChoice) {
        switch choice {
        case .auto, .required: break
        case .none: overhead += Self.choiceOfNone
        case .function(let name): overhead += Self.aroundNamedChoice + counter.count(name)
        }
    }
}
