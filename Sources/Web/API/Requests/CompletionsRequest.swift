import Core
import StrictJSON

extension APIQuestion {
    /// Reads the body of `POST /v1/completions`, which editors still use.
    ///
    /// Source: <https://platform.openai.com/docs/api-reference/completions/create>.
    init(completion body: APIValue) throws(Failure) {
        try Self.refuseHiddenReplies(body)
        let prompts = try TextInput(try body.required("prompt"))
        var texts = prompts.texts
        if let suffix = try body.optionalString("suffix") { texts.texts.append(suffix) }
        let perPrompt = try body.optionalInteger("n", in: 1...128) ?? 1
        try self.init(
            body, to: .completions, prompt: .texts(texts), own: ["max_tokens"],
            replies: perPrompt * Int64(prompts.count),
            // What the interface promises to who does not say.
            maxReplyTokens: try body.optionalInteger("max_tokens") ?? 16)
    }

    /// Reads the body of `POST /v1/embeddings`.
    ///
    /// Source: <https://platform.openai.com/docs/api-reference/embeddings/create>.
    init(embedding body: APIValue) throws(Failure) {
        let input = try TextInput(try body.required("input"))
        try self.init(body, to: .embeddings, prompt: .texts(input.texts))
    }
}

/// One or several inputs: a string, an array of strings, an array of tokens, or an array of such arrays.
private struct TextInput {
    var texts = CountablePrompt.Texts()
    /// Of inputs.
    var count = 0

    /// As many as OpenAI takes.
    private static let most = 2048

    init(_ input: APIValue) throws(Failure) {
        if let text = input.node.string {
            texts.texts = [text]
            count = 1
        } else {
            guard input.node.kind == .array else { throw input.problem("must be a string or an array") }
            try add(try input.elements(), of: input)
        }
        guard (1...Self.most).contains(count) else { throw input.problem("must have 1 to \(Self.most) inputs") }
    }

    private mutating func add(_ elements: [APIValue], of input: APIValue) throws(Failure) {
        guard let first = elements.first else { throw input.problem("must not be empty") }
        switch first.node.kind {
        case .string:
            for element in elements { texts.texts.append(try element.string()) }
            count = elements.count
        case .number:
            try add(tokens: elements)
        case .array:
            for element in elements { try add(tokens: try element.elements()) }
        default: throw first.problem("must be a string, a token or an array of tokens")
        }
    }

    private mutating func add(tokens: [APIValue]) throws(Failure) {
        for token in tokens { _ = try token.integer(in: 0...Int64(Int32.max)) }
        texts.tokens += Int64(tokens.count)
        count += 1
    }
}
