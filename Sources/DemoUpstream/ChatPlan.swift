import HTTPTypes
import Hummingbird

/// One completion, decided on before the first byte: what is said, how fast, and what goes wrong.
struct ChatPlan: Sendable {
    let request: ChatRequest
    let script: Script
    let promptTokens: Int
    let reasoning: [Substring]
    let text: [Substring]
    let finishReason: String
    /// Nil for as fast as possible.
    let secondsPerToken: Double?

    var completionTokens: Int { reasoning.count + text.count }
    var isStream: Bool { request.stream ?? false }

    init(_ request: ChatRequest, headers: HTTPFields, defaultSpeed: Double) throws {
        guard let model = DemoModel(request.model) else { throw APIError.noModel(request.model) }
        self.request = request
        script = try Self.script(headers) ?? model.script
        promptTokens = Pieces.count(request.messages)

        var prose = Prose(question: request.question)
        let room = script.room(request.cap)
        let wished = script.isEndless ? room + 1 : prose.length(in: model.replyTokens)
        reasoning = Array((model.thinks ? prose.reasoning() : []).prefix(room))
        let whole = prose.pieces(atLeast: wished)
        text = Array(whole.prefix(room - reasoning.count))
        finishReason = text.count < whole.count ? "length" : "stop"
        secondsPerToken = try Self.pace(headers, script, defaultSpeed)
    }

    private static func script(_ headers: HTTPFields) throws -> Script? {
        guard let text = headers[.demoScript] else { return nil }
        guard let script = Script(text) else { throw APIError.invalid("There is no script `\(text)`.") }
        return script
    }

    private static func pace(_ headers: HTTPFields, _ script: Script, _ defaultSpeed: Double) throws -> Double? {
        guard let speed = headers[.demoSpeed].map(Double.init) ?? (script.isSlow ? 1 : defaultSpeed), speed >= 0 else {
            throw APIError.invalid("`x-demo-speed` is tokens per second.")
        }
        return speed > 0 ? 1 / speed : nil
    }
}

extension Script {
    /// How many tokens the reply may have. Whatever is asked, it fits into memory.
    fileprivate func room(_ cap: Int?) -> Int {
        min(cap ?? 4_096, 100_000) * (exceedsCap ? 2 : 1)
    }
}

extension HTTPField.Name {
    static let demoScript = Self("x-demo-script")!
    static let demoSpeed = Self("x-demo-speed")!
    static let requestID = Self("x-request-id")!
}
