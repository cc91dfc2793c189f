public import Tokenizer

/// How the stand-in counts, and how it cuts what it says into tokens.
///
/// With the tables it counts as `o200k_base` does, and prompts as OpenAI does for gpt-4o; without them by a rule of its
/// own (`Pieces`), which a test can apply with the naked eye.
public struct Ruler: Sendable {
    private let tables: TokenCounters?

    /// - Parameter tables: nil for the rule of its own.
    public init(_ tables: TokenCounters? = nil) {
        self.tables = tables
    }

    private var counter: TokenCounter? { tables?[.o200kBase] }

    func count(_ text: String) -> Int {
        counter?.count(text) ?? Pieces.count(text)
    }

    /// Cuts a text into its tokens; joined they are the text again.
    ///
    /// Text is sent in whole scalars. A token that ends inside a scalar is empty here, and the scalar comes with the
    /// last of its tokens.
    func split(_ text: String) -> [Substring] {
        guard let counter else { return Pieces.split(text) }
        var sent = text.startIndex
        var end = text.startIndex
        return counter.tokenLengths(text).map { length in
            end = text.utf8.index(end, offsetBy: length)
            guard end.samePosition(in: text.unicodeScalars) != nil else { return text[sent..<sent] }
            defer { sent = end }
            return text[sent..<end]
        }
    }
}

// Prompts.
extension Ruler {
    /// A prompt with all that stands in it beside the messages.
    func count(_ messages: [Message], _ functions: Functions, _ format: Ask.Format) -> Int {
        guard let tables else { return Pieces.count(messages) + Pieces.count(functions.list) + Pieces.count(format) }
        let prompt = PromptCounter(tables).count(
            messages: messages.map(PromptMessage.init), tools: functions.list.map(PromptTool.init),
            toolChoice: PromptToolChoice(functions.choice), model: DemoModel.priced, encoding: .o200kBase)
        return prompt.total + count(format)
    }

    /// How a schema gets into a prompt is not published: here it is its text.
    private func count(_ format: Ask.Format) -> Int {
        guard case .json(let schema?) = format else { return 0 }
        return count(schema.text)
    }
}

extension PromptMessage {
    fileprivate init(_ message: Message) {
        self.init(
            role: message.role, content: [.text(message.content)] + message.images.map(PromptContent.image),
            name: message.name,
            toolCalls: message.calls.map { PromptToolCall(name: $0.name, arguments: $0.arguments) })
    }
}

extension PromptTool {
    fileprivate init(_ function: Function) {
        self.init(
            name: function.name, description: function.description, parameters: ToolSchema(function.parameters))
    }
}

extension ToolSchema {
    fileprivate init(_ schema: JSON) {
        let types = schema["type"].map { $0.array ?? [$0] }?.compactMap(\.string)
        self.init(
            type: types?.first { $0 != "null" }, description: schema["description"]?.string,
            allowedValues: schema["enum"]?.array?.compactMap(\.string) ?? [],
            properties: schema["properties"]?.members?.map { Property(name: $0.name, schema: Self($0.value)) } ?? [],
            required: Set(schema["required"]?.array?.compactMap(\.string) ?? []), items: schema["items"].map(Self.init))
    }
}

extension PromptToolChoice {
    fileprivate init(_ choice: Functions.Choice) {
        self =
            switch choice {
            case .auto: .auto
            case .none: .none
            case .required: .required
            case .named(let name): .function(name: name)
            }
    }
}
