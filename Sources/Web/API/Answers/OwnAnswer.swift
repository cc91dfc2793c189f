import Core
import Foundation
import StrictJSON

/// What a program reads of an answer where the upstream wrote nothing: one that is given again, or the end of one that
/// was cut.
struct OwnAnswer: Sendable {
    let interface: APIInterface
    let id: String
    /// The model's public name.
    let model: String
    let createdAt: Timestamp
    let text: String
    let ending: ReplyEnding

    /// The whole in one piece; nil for an interface in which nobody can tell what it would be.
    var document: [UInt8]? {
        guard ending.outcome == .finished || ending.outcome == .limited else { return nil }
        return switch interface {
        case .chatCompletions: completion("chat.completion", choice("message", .object(message)))?.bytes
        case .completions: completion("text_completion", choice("text", .string(text)))?.bytes
        case .responses: response.bytes
        case .embeddings: nil
        }
    }

    // MARK: Of a stream of completions

    var content: [UInt8] {
        let piece: JSONValue.Member =
            interface == .chatCompletions ? .init("delta", .object(message)) : .init("text", .string(text))
        return chunk([.object([.init("index", .number(0)), piece, .init("finish_reason", .null)])])
    }

    var finish: [UInt8] {
        let piece: JSONValue.Member =
            interface == .chatCompletions ? .init("delta", .object([])) : .init("text", .string(""))
        return chunk([.object([.init("index", .number(0)), piece, .init("finish_reason", .string(finishReason))])])
    }

    var usage: [UInt8] { chunk([], usage: ending.usage) }

    // MARK: Of a stream of responses

    var incomplete: [UInt8] {
        let event = JSONValue.object([
            .init("type", .string("response.incomplete")), .init("response", response),
        ])
        return Array("event: response.incomplete\ndata: ".utf8) + event.bytes + "\n\n".utf8
    }
}

extension OwnAnswer {
    private var finishReason: String {
        ending.finishReason == .length || ending.outcome == .overran ? "length" : "stop"
    }

    private var message: [JSONValue.Member] {
        [.init("role", .string("assistant")), .init("content", .string(text))]
    }

    private func choice(_ name: String, _ value: JSONValue) -> JSONValue {
        .object([
            .init("index", .number(0)), .init(name, value), .init("logprobs", .null),
            .init("finish_reason", .string(finishReason)),
        ])
    }

    private func completion(_ object: String, _ choice: JSONValue) -> JSONValue? {
        .object(head(object) + [.init("choices", .array([choice])), .init("usage", .usage(ending.usage))] + limit)
    }

    private func chunk(_ choices: [JSONValue], usage: Usage? = nil) -> [UInt8] {
        let object = interface == .chatCompletions ? "chat.completion.chunk" : "text_completion"
        let chunk = JSONValue.object(
            head(object) + [.init("choices", .array(choices)), .init("usage", usage.map(JSONValue.usage) ?? .null)]
                + (choices.isEmpty ? [] : limit))
        return Array("data: ".utf8) + chunk.bytes + "\n\n".utf8
    }

    private func head(_ object: String) -> [JSONValue.Member] {
        [
            .init("id", .string(id)), .init("object", .string(object)),
            .init("created", .number(createdAt.milliseconds / 1000)), .init("model", .string(model)),
        ]
    }

    /// A response that was cut.
    ///
    /// Source: <https://platform.openai.com/docs/api-reference/responses/object>.
    private var response: JSONValue {
        let part = JSONValue.object([
            .init("type", .string("output_text")), .init("text", .string(text)), .init("annotations", .array([])),
        ])
        let message = JSONValue.object([
            .init("type", .string("message")), .init("id", .string("msg_\(id)")),
            .init("status", .string("incomplete")),
            .init("role", .string("assistant")), .init("content", .array([part])),
        ])
        return .object(
            [
                .init("id", .string("resp_\(id)")), .init("object", .string("response")),
                .init("created_at", .number(createdAt.milliseconds / 1000)), .init("status", .string("incomplete")),
                .init("incomplete_details", .object([.init("reason", .string("max_output_tokens"))])),
                .init("error", .null), .init("model", .string(model)), .init("output", .array([message])),
                .init(
                    "usage",
                    .object([
                        .init("input_tokens", .number(ending.usage.promptTokens)),
                        .init("output_tokens", .number(ending.usage.completionTokens)),
                        .init("total_tokens", .number(ending.usage.totalTokens)),
                    ])),
            ] + limit)
    }

    /// The limit that left no room for more.
    private var limit: [JSONValue.Member] {
        guard let refusal = ending.limitedBy else { return [] }
        let resetsAt = refusal.resetsAt.map { JSONValue.string(Moment($0, zone: .gmt).iso) } ?? .null
        let limit = JSONValue.object([
            .init("limited_by", .string(refusal.name.policyName)), .init("resets_at", resetsAt),
        ])
        return [.init("sluice", limit)]
    }
}
