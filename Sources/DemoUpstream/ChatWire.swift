import Foundation
import Hummingbird
import NIOCore

/// How a plan looks on the wire. The chunks of a stream are put together by hand, because there are many.
struct ChatWire: Sendable {
    private let beginning: String
    private let id: String
    private let model: String

    init(id: String, model: String) {
        self.id = "chatcmpl-" + id
        self.model = model
        beginning =
            "data: {\"id\":\(jsonString(self.id)),\"object\":\"chat.completion.chunk\",\"created\":1767225600,"
            + "\"model\":\(jsonString(model)),"
    }

    /// - Parameter field: `content` or `reasoning_content`.
    func text(_ piece: Substring, field: String = "content") -> String {
        chunk(#""choices":[{"index":0,"delta":{"\#(field)":\#(jsonString(piece))},"finish_reason":null}]"#)
    }

    func role() -> String {
        chunk(#""choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]"#)
    }

    func finish(_ reason: String) -> String {
        chunk(#""choices":[{"index":0,"delta":{},"finish_reason":"\#(reason)"}]"#)
    }

    func usage(_ usage: ReportedUsage) -> String {
        chunk(#""choices":[],"usage":\#(usage.json)"#)
    }

    func error() -> String {
        "data: {\"error\":{\"message\":\"The script asked for an error.\",\"type\":\"server_error\",\"param\":null,"
            + "\"code\":null}}\n\n"
    }

    static let done = "data: [DONE]\n\n"

    func whole(_ plan: ChatPlan, _ usage: ReportedUsage?) -> String {
        let reasoning = plan.reasoning.isEmpty ? "" : ",\"reasoning_content\":\(jsonString(plan.reasoning.joined()))"
        let message = "{\"role\":\"assistant\",\"content\":\(jsonString(plan.text.joined()))\(reasoning)}"
        let choice = "{\"index\":0,\"message\":\(message),\"finish_reason\":\"\(plan.finishReason)\"}"
        return "{\"id\":\(jsonString(id)),\"object\":\"chat.completion\",\"created\":1767225600,"
            + "\"model\":\(jsonString(model)),\"choices\":[\(choice)]\(usage.map { ",\"usage\":\($0.json)" } ?? "")}"
    }

    private func chunk(_ members: String) -> String {
        beginning + members + "}\n\n"
    }
}

/// What the stand-in says that it produced; a script can make it a lie.
struct ReportedUsage: Sendable {
    var prompt: Int
    var completion: Int
    var reasoning: Int

    var json: String {
        "{\"prompt_tokens\":\(prompt),\"completion_tokens\":\(completion),\"total_tokens\":\(prompt &+ completion),"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":\(reasoning)}}"
    }

    /// - Returns: one for each time it is reported.
    static func reports(of plan: ChatPlan) -> [ReportedUsage] {
        let honest = ReportedUsage(
            prompt: plan.promptTokens, completion: plan.completionTokens, reasoning: plan.reasoning.count)
        switch plan.script.report {
        case .honest: return [honest]
        case .none: return []
        case .zero: return [ReportedUsage(prompt: 0, completion: 0, reasoning: 0)]
        case .negative: return [ReportedUsage(prompt: -1, completion: -1, reasoning: 0)]
        case .absurd: return [ReportedUsage(prompt: 1 << 50, completion: 1 << 50, reasoning: 0)]
        case .double: return [ReportedUsage(prompt: honest.prompt, completion: 1, reasoning: 0), honest]
        }
    }
}

/// `text` as a JSON string, quotes included.
func jsonString(_ text: some StringProtocol) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": json += "\\\""
        case "\\": json += "\\\\"
        case "\n": json += "\\n"
        case "\u{0}"..<" ": json += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        default: json.unicodeScalars.append(scalar)
        }
    }
    return json + "\""
}
