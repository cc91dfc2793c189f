import Core
import StrictJSON

/// The output of a whole response.
///
/// Items that are not named here say nothing; a named one of another JSON type than OpenAI's is garbage.
///
/// Source: <https://platform.openai.com/docs/api-reference/responses/object#responses/object-output>.
struct ResponseOutput {
    private let items: [JSONNode]

    init(_ response: JSONNode) throws(UpstreamFailure) {
        items = try response.list("output")
    }

    /// - Parameter withNames: whether the names of the functions are to be told too.
    func events(withNames: Bool) throws(UpstreamFailure) -> [UpstreamEvent] {
        var events: [UpstreamEvent] = []
        for item in items { events += try Self.events(of: item, withNames: withNames) }
        return events
    }

    private static func events(of item: JSONNode, withNames: Bool) throws(UpstreamFailure) -> [UpstreamEvent] {
        switch try item.text("type") {
        case "message":
            try texts(["text", "refusal"], in: item.list("content")).map(UpstreamEvent.text)
        case "reasoning":
            try texts(["text"], in: item.list("content") + item.list("summary")).map(UpstreamEvent.reasoning)
        case "function_call", "custom_tool_call":
            try texts(withNames ? ["name", "arguments", "input"] : ["arguments", "input"], in: [item])
                .map(UpstreamEvent.toolCall)
        default: []
        }
    }

    /// Without the missing ones and those that say nothing.
    private static func texts(_ names: [String], in parts: [JSONNode]) throws(UpstreamFailure) -> [String] {
        var texts: [String] = []
        for part in parts {
            for name in names {
                if let text = try part.text(name), !text.isEmpty { texts.append(text) }
            }
        }
        return texts
    }
}
