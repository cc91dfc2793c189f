import HTTPTypes
import Hummingbird

/// A whole reply, decided on before the first byte: what is said, how fast, and what goes wrong.
struct Reply: Sendable {
    /// A token of a choice, in the order in which they are sent: the choices take turns.
    struct Step: Sendable {
        var choice: Int
        var token: Token
        /// Whether the choice ends here while others go on.
        var endsChoice = false
    }

    /// However much is asked, a reply fits into memory.
    private static let mostTokens = 400_000

    let ask: Ask
    let script: Script
    let promptTokens: Int
    /// Those that are shown: the choices of the first prompt, then those of the second.
    let choices: [Choice]
    let steps: [Step]
    let completionTokens: Int
    let reasoningTokens: Int
    /// Nil for as fast as possible.
    let secondsPerToken: Double?

    init(_ ask: Ask, headers: HTTPFields, defaultSpeed: Double) throws {
        guard let model = DemoModel(ask.model) else { throw APIError.noModel(ask.model) }
        let script = try Script(headers) ?? model.script
        let room = script.room(ask.cap ?? ask.usualCap, atMost: Self.mostTokens / (ask.choices * ask.prompts.count))
        let produced = ask.prompts.map { prompt in
            (0..<ask.choices).map {
                Choice(ask, prompt.messages, variant: $0, model: model, script: script, room: room)
            }
        }
        let tokens = produced.joined().lazy.map(\.tokens).joined()
        self.ask = ask
        self.script = script
        promptTokens = ask.prompts.reduce(0) { $0 + $1.tokens }
        choices = produced.flatMap { $0.prefix(ask.shownChoices ?? ask.choices) }
        steps = Self.takingTurns(choices)
        completionTokens = tokens.count
        reasoningTokens = tokens.count(where: \.isReasoning)
        secondsPerToken = try Self.pace(headers, script, defaultSpeed)
    }

    /// The choices that end with the stream, not before.
    var lastChoices: [Int] {
        choices.indices.filter { choices[$0].tokens.isEmpty || $0 == steps.last?.choice }
    }

    private static func takingTurns(_ choices: [Choice]) -> [Step] {
        var steps: [Step] = []
        for turn in 0..<(choices.map(\.tokens.count).max() ?? 0) {
            for (index, choice) in choices.enumerated() where turn < choice.tokens.count {
                let isLast = turn == choice.tokens.count - 1
                steps.append(Step(choice: index, token: choice.tokens[turn], endsChoice: isLast))
            }
        }
        if !steps.isEmpty { steps[steps.count - 1].endsChoice = false }
        return steps
    }

    private static func pace(_ headers: HTTPFields, _ script: Script, _ defaultSpeed: Double) throws -> Double? {
        guard let speed = headers[.demoSpeed].map(Double.init) ?? (script.isSlow ? 1 : defaultSpeed), speed >= 0 else {
            throw APIError.invalid("`x-demo-speed` is tokens per second.")
        }
        return speed > 0 ? 1 / speed : nil
    }
}

extension Script {
    /// What the header asks for; nil without one.
    init?(_ headers: HTTPFields) throws {
        guard let text = headers[.demoScript] else { return nil }
        guard let script = Script(text) else { throw APIError.invalid("There is no script `\(text)`.") }
        self = script
    }

    /// How many tokens a choice may have.
    fileprivate func room(_ cap: Int, atMost most: Int) -> Int {
        min(cap, 100_000, most) * (exceedsCap ? 2 : 1)
    }
}

extension HTTPField.Name {
    static let demoScript = Self("x-demo-script")!
    static let demoSpeed = Self("x-demo-speed")!
    static let requestID = Self("x-request-id")!
}
