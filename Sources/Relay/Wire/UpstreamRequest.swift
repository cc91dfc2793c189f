import Core
import Foundation
import StrictJSON

/// Where a call goes and what it says. What a client wrote never decides about the model, the cap and the usage: these
/// members are the gate's.
///
/// Source: <https://platform.openai.com/docs/api-reference>.
struct UpstreamRequest {
    /// Behind the endpoint's base.
    var path: String
    var body: [UInt8]

    init(_ call: UpstreamCall) throws {
        switch call.body {
        case .messages(let messages):
            path = "/" + APIInterface.chatCompletions.rawValue
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes]
            var members = Array("\"messages\":".utf8)
            members += try encoder.encode(messages)
            body = Self.body(members, .chatCompletions, call, streamOptions: [])
        case .api(let request):
            path = "/" + request.interface.rawValue
            body = Self.body(request.members, request.interface, call, streamOptions: request.streamOptions)
        }
    }

    /// The gate's members come last: of several that a careless reader takes for the same, such as `Model` and `model`,
    /// the last one counts.
    private static func body(
        _ members: [UInt8], _ interface: APIInterface, _ call: UpstreamCall, streamOptions: [UInt8]
    ) -> [UInt8] {
        var body = Array("{".utf8)
        body.reserveCapacity(members.count + 256)
        body += members
        if !members.isEmpty { body.append(UInt8(ascii: ",")) }
        body += "\"model\":".utf8
        body.appendJSONString(call.model)
        body += reply(interface, call, streamOptions)
        body.append(UInt8(ascii: "}"))
        return body
    }

    /// Replies are always streamed, so that each token is seen when it is produced, and always with their usage.
    private static func reply(_ interface: APIInterface, _ call: UpstreamCall, _ streamOptions: [UInt8]) -> [UInt8] {
        guard interface.hasReply else { return [] }
        let cap = ",\"\(capField(interface, call.endpoint))\":\(call.maxCompletionTokens),\"stream\":true"
        var options = streamOptions
        if interface != .responses {
            if !options.isEmpty { options.append(UInt8(ascii: ",")) }
            options += "\"include_usage\":true".utf8
        }
        guard !options.isEmpty else { return Array(cap.utf8) }
        return Array("\(cap),\"stream_options\":{".utf8) + options + "}".utf8
    }

    private static func capField(_ interface: APIInterface, _ endpoint: UpstreamEndpoint) -> String {
        switch interface {
        case .chatCompletions: endpoint.replyCapField.rawValue
        case .responses: "max_output_tokens"
        case .completions, .embeddings: ReplyCapField.maxTokens.rawValue
        }
    }
}
