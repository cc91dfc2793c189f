/// What the stand-in says that it produced; a script can make it a lie.
struct ReportedUsage: Sendable {
    var prompt: Int
    /// Of the prompt.
    var cached = 0
    var completion: Int
    /// Of the completion.
    var reasoning = 0

    /// As chat and legacy completions say it.
    var json: JSON {
        [
            "prompt_tokens": .integer(prompt), "completion_tokens": .integer(completion),
            "total_tokens": .integer(prompt &+ completion),
            "prompt_tokens_details": ["cached_tokens": .integer(cached), "audio_tokens": 0],
            "completion_tokens_details": ["reasoning_tokens": .integer(reasoning), "audio_tokens": 0],
        ]
    }

    /// As responses say it.
    var responseJSON: JSON {
        [
            "input_tokens": .integer(prompt),
            "input_tokens_details": ["cached_tokens": .integer(cached), "cache_write_tokens": 0],
            "output_tokens": .integer(completion), "output_tokens_details": ["reasoning_tokens": .integer(reasoning)],
            "total_tokens": .integer(prompt &+ completion),
        ]
    }

    /// - Returns: one for each time that the script lets it be reported.
    func reports(_ script: Script) -> [ReportedUsage] {
        switch script.report {
        case .honest: [self]
        case .none: []
        case .zero: [ReportedUsage(prompt: 0, completion: 0)]
        case .negative: [ReportedUsage(prompt: -1, completion: -1)]
        case .absurd: [ReportedUsage(prompt: 1 << 50, completion: 1 << 50)]
        case .double: [ReportedUsage(prompt: prompt, completion: 1), self]
        }
    }
}

extension Reply {
    var cachedTokens: Int { min(script.cachedTokens, promptTokens) }

    /// - Returns: one for each time that it is reported.
    var reports: [ReportedUsage] {
        ReportedUsage(
            prompt: promptTokens, cached: cachedTokens, completion: completionTokens, reasoning: reasoningTokens
        ).reports(script)
    }
}
