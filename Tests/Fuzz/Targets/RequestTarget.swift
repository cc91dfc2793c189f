import Core
import Foundation
import StrictJSON

@testable import Relay
@testable import Web

extension Property {
    /// A program's JSON, the interface chosen by the first byte, is refused, or becomes a body for the upstream in which the
    /// gate decided about the model, the longest reply and how it streams, whichever of two readers looks at it.
    static let request = Property(name: "request", maxBytes: 4000) { bytes in
        var bytes = Bytes(bytes)
        let interface = bytes.pick(APIInterface.allCases)
        let cap = bytes.pick([ReplyCapField.maxTokens, .maxCompletionTokens])
        guard let document = try? JSONDocument(bytes.remaining()),
            let question = try? APIQuestion(APIValue(document.root).object(), to: interface)
        else { return }
        try require(question.maxReplyTokens ?? 1 >= 1, "a reply of \(question.maxReplyTokens ?? 0)")
        try require((1...262_144).contains(question.request.replies), "\(question.request.replies) replies")
        let call = UpstreamCall(
            requestID: RequestID(rawValue: "r"),
            endpoint: UpstreamEndpoint(baseURL: "http://127.0.0.1/v1", apiKey: nil, replyCapField: cap),
            model: "the \"model\"", body: .api(question.request), maxCompletionTokens: 4_217)
        try checkBody(UpstreamRequest(call).body, interface, question.request, cap)
    }
}

extension APIQuestion {
    fileprivate init(_ body: APIValue, to interface: APIInterface) throws {
        switch interface {
        case .chatCompletions: try self.init(chatCompletion: body)
        case .completions: try self.init(completion: body)
        case .embeddings: try self.init(embedding: body)
        case .responses: try self.init(response: body)
        }
    }
}

private func checkBody(
    _ body: [UInt8], _ interface: APIInterface, _ request: APIRequest, _ cap: ReplyCapField
) throws {
    let text = String(decoding: body, as: UTF8.self)
    guard let members = (try? JSONDocument(body)).map({ JSONValue($0.root) }) else {
        throw Counterexample(description: "no strict JSON: \(text)")
    }
    // It refuses numbers that a Double cannot hold.
    guard let read = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] else { return }
    try require(members["model"] == .string("the \"model\""), "another model in \(text)")
    try require(read["model"] as? String == "the \"model\"", "another model is read in \(text)")
    try checkMeters(read, interface, request, cap, text)
    guard interface.hasReply else { return }
    try require(read["stream"] as? Bool == true, "not streamed: \(text)")
    let options = read["stream_options"] as? [String: Any]
    try require(interface == .responses || options?["include_usage"] as? Bool == true, "no usage: \(text)")
}

/// Every name under which one server or another takes a bound on the reply, and how many replies there are.
private let caps: Set = [
    "max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict", "num_predict", "max_new_tokens",
    "max_length", "max_gen_len", "max_tokens_to_sample",
]

/// Names are compared as the least strict reader would: whatever their case, in any script.
private func plain(_ name: String) -> String { name.folding(options: .caseInsensitive, locale: nil) }

private func checkMeters(
    _ read: [String: Any], _ interface: APIInterface, _ request: APIRequest, _ cap: ReplyCapField, _ text: String
) throws {
    let own: String? =
        switch interface {
        case .chatCompletions: cap.rawValue
        case .completions: "max_tokens"
        case .responses: "max_output_tokens"
        case .embeddings: nil
        }
    let named = read.filter { caps.contains(plain($0.key)) }
    if let own {
        try require(Array(named.keys) == [own] && named[own] as? Int == 4_217, "another cap in \(text)")
    }
    for (name, value) in read {
        switch plain(name) {
        case "model", "stream", "stream_options":
            try require(name == plain(name), "\(name) stands beside ours in \(text)")
        case "best_of" where interface.hasReply:
            try require(value is NSNull || value as? Int == 1, "hidden replies in \(text)")
        case "n" where interface.hasReply: try checkReplies(value, interface, request, text)
        default: break
        }
    }
}

/// A completion may have several prompts, each with so many replies.
private func checkReplies(_ value: Any, _ interface: APIInterface, _ request: APIRequest, _ text: String) throws {
    guard !(value is NSNull) else { return }
    let replies = Int64(value as? Int ?? 0)
    let isCounted =
        replies > 0 && (interface == .completions ? request.replies % replies == 0 : request.replies == replies)
    try require(isCounted, "\(value) replies, of which \(request.replies) are counted, in \(text)")
}
