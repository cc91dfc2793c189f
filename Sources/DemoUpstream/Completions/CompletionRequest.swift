/// The body of `POST /v1/completions`, which editors still use: text goes on from a prompt.
struct CompletionRequest: Decodable {
    var model: String
    var prompt: TextInput
    var suffix: String?
    var maxTokens: Int?
    var n: Int?
    var bestOf: Int?
    var stop: OneOrMore<String>?
    var echo: Bool?
    var logprobs: Int?
    var stream: Bool?
    var streamOptions: ChatRequest.StreamOptions?

    enum CodingKeys: String, CodingKey {
        case model, prompt, suffix, n, stop, echo, logprobs, stream
        case maxTokens = "max_tokens"
        case bestOf = "best_of"
        case streamOptions = "stream_options"
    }

    /// A cap of 0 is allowed: with `echo` it is how the probabilities of a prompt are asked for.
    func check() throws {
        guard (1...128).contains(prompt.count) else {
            throw APIError.invalid("`prompt` is 1 to 128 texts.", param: "prompt")
        }
        guard maxTokens ?? 0 >= 0 else { throw APIError.invalid("A cap is at least 0.", param: "max_tokens") }
        guard (0...5).contains(logprobs ?? 0) else { throw APIError.invalid("0 to 5 `logprobs`.", param: "logprobs") }
        let n = n ?? 1
        guard let bestOf else { return }
        guard (n...max(n, 20)).contains(bestOf), stream != true || bestOf == n else {
            throw APIError.invalid("`best_of` is `n` to 20, and cannot be streamed.", param: "best_of")
        }
    }

    func ask(by ruler: Ruler) throws -> Ask {
        try check()
        let prompts = prompt.items(by: ruler).map { item in
            Ask.Prompt(
                messages: [Message(role: "user", content: item.text)], tokens: item.tokens + ruler.count(suffix ?? ""))
        }
        return Ask(
            endpoint: "/v1/completions", model: model, ruler: ruler, prompts: prompts, choices: bestOf ?? n ?? 1,
            shownChoices: n ?? 1, cap: maxTokens, usualCap: 16, stop: stop?.list ?? [], echoes: echo ?? false,
            alternatives: logprobs, isStream: stream ?? false, streamsUsage: streamOptions?.includeUsage ?? false)
    }
}
